#include "flows/step/error.hpp"

namespace quipu {

namespace {

std::string message_of(const answer& given) {
  if (given.data.is_object())
    if (const auto found = given.data.find("message");
        found != given.data.end() && found->is_string())
      return found->get<std::string>();
  return std::string{phrase(given.code)};
}

} // namespace

answer error_of(int code, std::string message, json data) {
  if (!data.is_object()) data = json::object();
  data["message"] = std::move(message);
  return {answer::status::error, code, std::move(data)};
}

json described(const answer& given) {
  json error{{"code", given.code}, {"message", message_of(given)}};
  if (!given.data.is_null()) error["data"] = given.data;
  return error;
}

std::string_view phrase(int code) noexcept {
  switch (code) {
  case 400: return "Bad Request";
  case 401: return "Unauthorized";
  case 402: return "Payment Required";
  case 403: return "Forbidden";
  case 404: return "Not Found";
  case 405: return "Method Not Allowed";
  case 406: return "Not Acceptable";
  case 408: return "Request Timeout";
  case 409: return "Conflict";
  case 410: return "Gone";
  case 412: return "Precondition Failed";
  case 413: return "Content Too Large";
  case 415: return "Unsupported Media Type";
  case 418: return "I'm a teapot";
  case 422: return "Unprocessable Content";
  case 423: return "Locked";
  case 429: return "Too Many Requests";
  case 451: return "Unavailable For Legal Reasons";
  case 500: return "Internal Server Error";
  case 501: return "Not Implemented";
  case 502: return "Bad Gateway";
  case 503: return "Service Unavailable";
  case 504: return "Gateway Timeout";
  case 507: return "Insufficient Storage";
  case 508: return "Loop Detected";
  default: return code >= 500 ? "Internal Server Error" : "Bad Request";
  }
}

} // namespace quipu
