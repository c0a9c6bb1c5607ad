#pragma once

/// The one contract suite of all stores: include it once in a test program, with
/// `QUIPU_CONTRACT_STORES` defined as the list of stores (see `caller.hpp`).
#include "tests/contract/answering.hpp"
#include "tests/contract/committing.hpp"
#include "tests/contract/keeping.hpp"
#include "tests/contract/looking.hpp"
#include "tests/contract/measuring.hpp"
#include "tests/contract/owning.hpp"
#include "tests/contract/properties.hpp"
#include "tests/contract/settling.hpp"
#include "tests/contract/signalling.hpp"
#include "tests/contract/starting.hpp"
