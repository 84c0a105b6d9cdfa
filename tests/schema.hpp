#pragma once
#include "probes/core/checked_json.hpp"

#include <fstream>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace leadline {

/// What the schema in this file has against a document; empty: nothing.
inline std::string against_schema(std::string const& file, nlohmann::json const& document) {
  using valijson::adapters::NlohmannJsonAdapter;
  auto const rules = nlohmann::json::parse(std::ifstream{file});
  valijson::Schema schema;
  valijson::SchemaParser{}.populateSchema(NlohmannJsonAdapter{rules}, schema);
  valijson::ValidationResults results;
  valijson::Validator{}.validate(schema, NlohmannJsonAdapter{document}, &results);
  std::string text;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    for (auto const& part : error.context) text += part;
    text += ": " + error.description + "\n";
  }
  return text;
}
}  // namespace leadline
