// conforms FOLDER FILE: does a document of leadline's keep the schema that it names, which lies in
// the folder? Exit code 0 if so, else 1 and what is wrong.
#include "tests/schema.hpp"

#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

int main(int count, char** words) try {
  if (count != 3) throw std::invalid_argument{"conforms FOLDER FILE"};
  auto const document = nlohmann::json::parse(std::ifstream{words[2]});
  auto name = document.at("schema").get<std::string>();  // "leadline.report/v1"
  name = name.substr(name.find('.') + 1);
  name = name.substr(0, name.find('/'));
  auto const violations =
      leadline::against_schema(std::string{words[1]} + "/" + name + ".schema.json", document);
  std::cout << violations;
  return violations.empty() ? 0 : 1;
} catch (std::exception const& error) {
  std::cout << error.what() << '\n';
  return 1;
}
