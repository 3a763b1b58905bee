#pragma once

#include <map>
#include <string>
#include <vector>

#include "site/model_pool.h"
#include "site/site.h"

namespace fovea::site {

// What devices can be given: the models that are offered, and those of the pool as they are. By
// reference. Pure.
std::vector<ModelView> list_models(const std::vector<OfferedModel>& offered,
                                   const std::map<std::string, ModelPool::Entry>& pool);

}  // namespace fovea::site
