# Faults that are planted into copies of our sources: a line of a source becomes another one while that fault is
# asked for (`@PLANT@`). The sources themselves know nothing of it, and a line that is no longer there exactly once
# stops the build here: a plant is never silently lost.
#
#   quipu_plant(NAME WHAT FILE OLD NEW)   NAME may come several times, with other lines
#   quipu_planted(SOURCES)                the copies, and the list of names with what they are

function(quipu_plant name what file old new)
  get_property(text GLOBAL PROPERTY "planted ${file}")
  if(NOT text)
    file(READ ${PROJECT_SOURCE_DIR}/${file} text)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${file})
    set_property(GLOBAL APPEND PROPERTY planted_files ${file})
    set(text "#include \"tests/sim/plant.hpp\"\n${text}")
  endif()
  string(FIND "${text}" "${old}" first)
  string(FIND "${text}" "${old}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "tests/sim/plants.cmake: the fault ${name} has no place in ${file}: it should have once\n${old}")
  endif()
  string(REPLACE "@PLANT@" "quipu::sim::planted(\"${name}\")" new "${new}")
  string(REPLACE "${old}" "${new}" text "${text}")
  set_property(GLOBAL PROPERTY "planted ${file}" "${text}")
  get_property(names GLOBAL PROPERTY planted_names)
  if(NOT name IN_LIST names)
    set_property(GLOBAL APPEND PROPERTY planted_names ${name})
    set_property(GLOBAL PROPERTY "planted_what ${name}" "${what}")
  endif()
endfunction()

function(quipu_planted result)
  get_property(files GLOBAL PROPERTY planted_files)
  foreach(file IN LISTS files)
    get_property(text GLOBAL PROPERTY "planted ${file}")
    set(copy ${CMAKE_CURRENT_BINARY_DIR}/planted/${file})
    file(CONFIGURE OUTPUT ${copy} CONTENT "${text}" @ONLY)
    list(APPEND copies ${copy})
  endforeach()
  get_property(names GLOBAL PROPERTY planted_names)
  foreach(name IN LISTS names)
    get_property(what GLOBAL PROPERTY "planted_what ${name}")
    string(APPEND rows "      {\"${name}\", \"${what}\"},\n")
  endforeach()
  set(list ${CMAKE_CURRENT_BINARY_DIR}/planted/names.cpp)
  file(CONFIGURE OUTPUT ${list} CONTENT "#include \"tests/sim/plants.hpp\"

namespace quipu::sim {

std::vector<plant> plants() {
  return {
${rows}  };
}

} // namespace quipu::sim
" @ONLY)
  set(${result} ${copies} ${list} PARENT_SCOPE)
endfunction()

quipu_plant(told_before_written "the effect told before the commit" actors/runner/commit.cpp
  [[  of.out.push_back(std::move(after));]]
  [[  if (@PLANT@)
    for (const auto& each : after.calls)
      wishes.push_back(wish::call{job, of.view->born().gid, each});
  of.out.push_back(std::move(after));]])

quipu_plant(applied_is_refused "`applied` taken for `refused`" actors/runner/commit.cpp
  [[  if (answer && !of->rereading) return receive(job, *of, *answer);]]
  [[  if (@PLANT@ && answer && answer->repeated) return drop(job);
  if (answer && !of->rereading) return receive(job, *of, *answer);]])

quipu_plant(no_head_check "no head check" collation/memory/jobs.cpp
  [[  if (of->about.at != what.stands_on)]]
  [[  if (!@PLANT@ && of->about.at != what.stands_on)]])

quipu_plant(silent_post "a post that rings no bell" collation/memory/ownership.cpp
  [[  bells.push_back(of.about.owner);]]
  [[  if (@PLANT@) return;
  bells.push_back(of.about.owner);]])

quipu_plant(given_back_with_mail "a job given back with mail in it" collation/memory/jobs.cpp
  [[what.gives_back && of.inbox.empty()]]
  [[what.gives_back && (@PLANT@ || of.inbox.empty())]])

quipu_plant(wall_clock "a timer by wall clock" collation/memory/obligations.cpp
  [[  trim_publications();
  fired done;]]
  [[  trim_publications();
  if (@PLANT@) now_ms = quipu::sim::plant_clock_ms();
  fired done;]])

quipu_plant(pending_again "a pending call made again at takeover" actors/runner/takeover.cpp
  [[if (owed.is != obligation::kind::called || of.calls]]
  [[const bool renewed = @PLANT@ && owed.is == obligation::kind::pending;
    if ((owed.is != obligation::kind::called && !renewed) || of.calls]])
quipu_plant(pending_again "" flows/kinds/worker.cpp
  [[    if (owed.is != kind::called) return false;
    if (owed.deaths]]
  [[    if (owed.is != kind::called && !(@PLANT@ && owed.is == kind::pending)) return false;
    if (owed.deaths]])

quipu_plant(retry_without_key "a retry without its key" actors/runner.cpp
  [[  wishes.push_back(wish::call{job, of.view->born().caller(), std::move(what)});]]
  [[  auto gid = of.view->born().caller();
  if (@PLANT@ && what.attempt > 1) gid += std::to_string(what.attempt);
  wishes.push_back(wish::call{job, std::move(gid), std::move(what)});]])

quipu_plant(lost_wake_up "a wake-up lost at rest" collation/memory/ownership.cpp
  [[  if (of.about.owner == 0) return enqueue_ready(of);]]
  [[  if (@PLANT@ && of.about.owner == 0) return;
  if (of.about.owner == 0) return enqueue_ready(of);]])

quipu_plant(two_owners "two owners after a takeover" collation/memory/jobs.cpp
  [[  if (what.owner == 0 || of->about.owner != what.owner)]]
  [[  if (!@PLANT@ && (what.owner == 0 || of->about.owner != what.owner))]])

quipu_plant(no_bracket "a child without its bracket" flows/kinds/await.cpp
  [[  now.job().what().children.emplace_back(at, child.job);]]
  [[  if (!@PLANT@) now.job().what().children.emplace_back(at, child.job);]])

quipu_plant(expiry_leaves_a_row "expiry that leaves a row" collation/memory/jobs.cpp
  [[  for (const auto& [hook, wait] : of.hooks) unmark_late(of, hook, wait);]]
  [[  for (const auto& [hook, wait] : of.hooks)
    if (!@PLANT@) unmark_late(of, hook, wait);]])
