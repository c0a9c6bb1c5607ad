#pragma once

#include "notes.hpp"

#include <quipu/call.hpp>
#include <quipu/reply.hpp>

/// What every worker of the load does. The input says what: it `takes` so many ms, `fails` with a
/// code up to attempt `until`, `pends`; else it answers with `n + 1`, and whether that is `last`.
/// A function of input and attempt alone, so the checker can say what each call must have answered.
quipu::reply work(const notes& to, quipu::call& call);
