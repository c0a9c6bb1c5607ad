#pragma once

#include <quipu/client.hpp>
#include <quipu/json.hpp>

#include <string>
#include <vector>

/// What the verbs of `client` take and give, as JSON and back without loss. `from_control` throws
/// json::exception on another shape.
namespace quipu {

[[nodiscard]] json to_control(const std::string& what);
[[nodiscard]] inline json to_control(const json& what) { return what; }
[[nodiscard]] json to_control(const reply& what);
[[nodiscard]] json to_control(reception what);
[[nodiscard]] json to_control(const feed& what);
[[nodiscard]] json to_control(const ending& what);
[[nodiscard]] json to_control(const job_info& what);
[[nodiscard]] json to_control(const job_query& what);
[[nodiscard]] json to_control(const job_list& what);
[[nodiscard]] json to_control(const stats_query& what);
[[nodiscard]] json to_control(const std::vector<stats_info>& what);
[[nodiscard]] json to_control(const version_info& what);
[[nodiscard]] json to_control(const std::vector<version_info>& what);
[[nodiscard]] json to_control(const std::vector<json>& what);

void from_control(const json& from, std::string& to);
inline void from_control(const json& from, json& to) { to = from; }
void from_control(const json& from, reply& to);
void from_control(const json& from, reception& to);
void from_control(const json& from, feed& to);
void from_control(const json& from, ending& to);
void from_control(const json& from, job_info& to);
void from_control(const json& from, job_query& to);
void from_control(const json& from, job_list& to);
void from_control(const json& from, stats_query& to);
void from_control(const json& from, std::vector<stats_info>& to);
void from_control(const json& from, version_info& to);
void from_control(const json& from, std::vector<version_info>& to);
void from_control(const json& from, std::vector<json>& to);

} // namespace quipu
