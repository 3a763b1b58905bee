#include "site/model_list.h"

#include <utility>

namespace fovea::site {

std::vector<ModelView> list_models(const std::vector<OfferedModel>& offered,
                                   const std::map<std::string, ModelPool::Entry>& pool) {
  std::map<std::string, ModelView> views;
  for (const auto& model : offered) {
    views[model.reference] = {model.reference, model.manifest, false, {}, {}};
  }
  for (const auto& [reference, entry] : pool) {
    ModelView& view = views[reference];
    view.reference = reference;
    view.error = entry.error;
    if (view.manifest.name.empty()) view.manifest.name = reference;
    if (!entry.served) continue;
    view.loaded = true;
    view.manifest = entry.served->model->manifest();
    view.engine = entry.served->model->engine();
  }
  std::vector<ModelView> list;
  list.reserve(views.size());
  for (auto& [reference, view] : views) list.push_back(std::move(view));
  return list;
}

}  // namespace fovea::site
