#include "apps/quipu/answers.hpp"
#include "apps/quipu/exit.hpp"
#include "apps/quipu/verb.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace quipu {

namespace {

struct node_arguments {
  std::string answers;
  std::vector<std::string> words; ///< the node's own: it knows its flags, and prints its help
};

bool is_asked_for_help(const std::vector<std::string>& words) {
  return std::ranges::any_of(words,
                             [](const auto& word) { return word == "--help" || word == "-h"; });
}

int launch(const node_arguments& with) {
  std::string program{"quipu node"};
  std::vector<std::string> words = with.words;
  std::vector<char*> argv{program.data()};
  for (auto& word : words) argv.push_back(word.data());
  node own{static_cast<int>(argv.size()), argv.data()};
  if (!with.answers.empty()) {
    const auto read = answers::read(with.answers);
    if (!read) return complain_lines(read.error().message);
    (*read)->serve(own);
  }
  const auto code = own.run();
  if (is_asked_for_help(with.words))
    std::fputs("\nOf `quipu node`:\n"
               "  --answers FILE                      Answer the workers' calls from `workers:` of "
               "this file.\n",
               stdout);
  return code;
}

} // namespace

action declare_node(CLI::App& to) {
  const auto with = std::make_shared<node_arguments>();
  to.set_help_flag();
  to.allow_extras();
  to.add_option("--answers", with->answers,
                "answer the workers' calls from `workers:` of this file")
      ->type_name("FILE");
  return [with, &to] {
    with->words = to.remaining();
    return launch(*with);
  };
}

} // namespace quipu
