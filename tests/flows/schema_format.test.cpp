#include "flows/schema/format.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace quipu;

namespace {

bool is(std::string_view format, std::string_view text) {
  const auto* known = draft7::find_format(format);
  INFO(format << " " << text);
  REQUIRE(known != nullptr);
  return known->admits(text);
}

} // namespace

TEST_CASE("dates are days that there are") {
  CHECK(is("date", "2024-02-29"));
  CHECK_FALSE(is("date", "2023-02-29"));
  CHECK_FALSE(is("date", "2023-2-9"));
  CHECK_FALSE(is("date", "2023-13-01"));
  CHECK_FALSE(is("date", "2023-01-01 "));
}

TEST_CASE("times have offsets, and leap seconds only where they are put in") {
  CHECK(is("time", "08:30:06.283185Z"));
  CHECK(is("time", "23:59:60Z"));
  CHECK(is("time", "01:29:60+01:30"));
  CHECK_FALSE(is("time", "22:59:60Z"));
  CHECK_FALSE(is("time", "08:30:06"));
  CHECK_FALSE(is("time", "24:00:00Z"));
  CHECK_FALSE(is("time", "08:30:06+24:00"));
  CHECK(is("date-time", "1963-06-19t08:30:06z"));
  CHECK_FALSE(is("date-time", "1963-06-19 08:30:06Z"));
  CHECK_FALSE(is("date-time", "1963-06-31T08:30:06Z"));
  CHECK_FALSE(is("date-time", "1963-06-19"));
}

TEST_CASE("hosts, addresses and mailboxes") {
  CHECK(is("hostname", "www.example.com"));
  CHECK_FALSE(is("hostname", "-x.example"));
  CHECK_FALSE(is("hostname", std::string(64, 'a')));
  CHECK_FALSE(is("hostname", ""));
  CHECK(is("idn-hostname", "\xe4\xbe\x8b\xe5\xad\x90.test"));
  CHECK_FALSE(is("idn-hostname", "\xe3\x80\xae.test"));
  CHECK(is("ipv4", "192.0.2.1"));
  CHECK_FALSE(is("ipv4", "192.0.2.256"));
  CHECK_FALSE(is("ipv4", "192.0.2.01"));
  CHECK_FALSE(is("ipv4", "192.0.2"));
  CHECK_FALSE(is("ipv4", std::string_view{"192.0.2.1\0x", 11}));
  CHECK(is("ipv6", "2001:db8::1"));
  CHECK(is("ipv6", "::ffff:192.0.2.1"));
  CHECK_FALSE(is("ipv6", "2001:db8::1::2"));
  CHECK(is("email", "joe.bloggs+x@example.com"));
  CHECK(is("email", "\"joe bloggs\"@[192.0.2.1]"));
  CHECK_FALSE(is("email", "joe..bloggs@example.com"));
  CHECK_FALSE(is("email", "example.com"));
  CHECK_FALSE(is("email", "j\xc3\xb6@example.com"));
  CHECK(is("idn-email", "j\xc3\xb6@example.com"));
}

TEST_CASE("URIs, references and templates") {
  CHECK(is("uri", "http://user:pw@example.com:8080/a/b?c=d#e"));
  CHECK(is("uri", "urn:isbn:0451450523"));
  CHECK(is("uri", "http://[2001:db8::7]/"));
  CHECK_FALSE(is("uri", "/a/b"));
  CHECK_FALSE(is("uri", "http://a b"));
  CHECK_FALSE(is("uri", "http://x/%zz"));
  CHECK_FALSE(is("uri", "http://2001:db8::7/"));
  CHECK(is("uri-reference", "/a/b"));
  CHECK(is("uri-reference", ""));
  CHECK(is("uri-reference", "#x"));
  CHECK_FALSE(is("uri-reference", "\\a"));
  CHECK_FALSE(is("uri", "http://\xc6\x92.example"));
  CHECK(is("iri", "http://\xc6\x92.example"));
  CHECK(is("iri-reference", "\xc6\x92"));
  CHECK(is("uri-template", "/x/{id}{?a,b*,c:3}"));
  CHECK_FALSE(is("uri-template", "/x/{id"));
}

TEST_CASE("pointers and patterns") {
  CHECK(is("json-pointer", "/a/~0~1/0"));
  CHECK(is("json-pointer", ""));
  CHECK_FALSE(is("json-pointer", "a"));
  CHECK_FALSE(is("json-pointer", "/~2"));
  CHECK(is("relative-json-pointer", "1/a"));
  CHECK(is("relative-json-pointer", "0#"));
  CHECK_FALSE(is("relative-json-pointer", "01"));
  CHECK(is("regex", "a+(?=b)"));
  CHECK_FALSE(is("regex", "a+)("));
}

TEST_CASE("other formats are nobody's") {
  CHECK(draft7::find_format("iban") == nullptr);
  CHECK(draft7::find_format("") == nullptr);
}
