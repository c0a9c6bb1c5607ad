#pragma once

#include <string>

/// Prints what is in a store in which no engine runs, a line of JSON each: the versions, the
/// jobs with their stored fields and records as they are stored (hexadecimal), the publications, and the
/// rows that jobs at rest and ended ones need not. Through the contract of the store alone: nothing
/// is decoded here. Jobs whose id and head stand in `known`, a line each, are named only.
int look(const std::string& store, const std::string& known);

/// Forgets every ended job.
int scrub(const std::string& store);
