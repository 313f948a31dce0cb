# Reliability and average variance extracted from models, and power of the RMSEA test.
# Writes sem_composites.json.
source("sem_common.R")
suppressPackageStartupMessages(library(semTools))
turned <- bfi_complete
for (item in c("A1", "C4", "C5", "E1", "E2", "O2", "O5")) turned[[item]] <- 7 - turned[[item]]
fit <- cfa(bfi_model, turned)
ordinal <- cfa(bfi_model, turned, ordered = bfi_items, estimator = "WLSMV")
loadings <- lavInspect(fit, "std")$lambda
values <- list(
  omega = as.list(compRelSEM(fit)), omega_model = as.list(compRelSEM(fit, obs.var = FALSE)),
  ave = as.list(AVE(fit)),
  ave_standardised = as.list(apply(loadings, 2, function(l) mean(l[l != 0]^2))),
  ordinal_omega = as.list(compRelSEM(ordinal)),
  ordinal_omega_model = as.list(compRelSEM(ordinal, obs.var = FALSE)),
  ordinal_ave = as.list(AVE(ordinal)),
  power_close = findRMSEApower(.05, .08, 50, 200), power_not_close = findRMSEApower(.05, .01, 50, 200),
  power_exact = findRMSEApower(0, .05, 30, 150),
  size_close = findRMSEAsamplesize(.05, .08, 50, .80), size_not_close = findRMSEAsamplesize(.05, .01, 50, .80))
write_reference(values, "sem_composites.R")
