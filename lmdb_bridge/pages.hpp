#pragma once

#include "collation/quipu/result.hpp"

#include <string>
#include <vector>

namespace quipu::lmdb {

/// What is wrong with the pages of a data file, read without LMDB, which trusts what a page says
/// and dies of it: where a page or row lies, of which kind it is, that keys stand in order, that
/// each page belongs to one thing only, that nothing in use is on the list of free pages.
///
/// LMDB 0.9's format on this machine's kind (64 bits, its byte order); pages.cpp writes it down. An
/// empty list: LMDB may open it. At most 100 faults, a sentence each, with the page's number.
/// `unavailable`: the file cannot be read.
result<std::vector<std::string>> check_pages(const std::string& directory);

} // namespace quipu::lmdb
