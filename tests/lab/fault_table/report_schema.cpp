#include "tests/lab/fault_table/report_schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/utils/nlohmann_json_utils.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace leadline::lab {

std::vector<std::string> schema_violations(nlohmann::json const& report,
                                           std::filesystem::path const& schema) {
  nlohmann::json document;
  if (!valijson::utils::loadDocument(schema.string(), document))
    throw std::runtime_error{"cannot read the schema " + schema.string()};
  valijson::Schema rules;
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter{document}, rules);
  valijson::Validator validator;
  valijson::ValidationResults results;
  valijson::adapters::NlohmannJsonAdapter const subject{report};
  if (validator.validate(rules, subject, &results)) return {};
  std::vector<std::string> violations;
  for (valijson::ValidationResults::Error error; results.popError(error);)
    violations.push_back(fmt::format("{}: {}", fmt::join(error.context, ""), error.description));
  return violations;
}
}  // namespace leadline::lab
