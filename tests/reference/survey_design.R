# Survey designs in R: means, weighted models, replicate weights, Rao-Scott tests.
# Run from this folder: Rscript survey_design.R. Writes survey_design.json, which says who made it.
# Data: ces11.csv (carData::CES11, six columns), api1.csv (survey::apiclus1, some columns).
suppressPackageStartupMessages({ library(jsonlite); library(survey) })
ces <- read.csv("data/ces11.csv")
api <- read.csv("data/api1.csv")
fit_from <- function(start, formula, design)
  svyglm(formula, design, family = quasibinomial(), start = start, epsilon = 1e-14, maxit = 100)
# Fitted twice: svyglm's standard errors use the weights before its last step, which leaves
# up to 1.4e-7 of them; from its own solution that step is nothing.
logit <- function(formula, design)
  fit_from(coef(fit_from(NULL, formula, design)), formula, design)
model_of <- function(fit) {
  list(b = unname(coef(fit)), se = unname(sqrt(diag(vcov(fit)))), V01 = vcov(fit)[1, 2],
       df = fit$df.residual)
}
mean_of <- function(formula, design) {
  m <- svymean(formula, design, na.rm = TRUE, deff = TRUE)
  replaced <- svymean(formula, design, na.rm = TRUE, deff = "replace")
  list(estimate = unname(coef(m)), se = unname(c(SE(m))), deff = unname(c(deff(m))),
       deff_replace = unname(c(deff(replaced))), degf = degf(design))
}
test_of <- function(formula, design) {
  t <- svychisq(formula, design)
  list(F = unname(t$statistic), df = unname(t$parameter), p = unname(t$p.value))
}
strata <- svydesign(ids = ~1, strata = ~province, weights = ~weight, data = ces)
provinces <- svydesign(ids = ~province, weights = ~weight, data = ces)
districts <- svydesign(id = ~dnum, weights = ~pw, data = api)
finite <- svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = api)
nested <- svydesign(id = ~dnum, strata = ~half, weights = ~pw, data = transform(api, half = dnum %% 2))

ces_terms <- ab ~ imp + gender + urban
api_terms <- y ~ ell + meals + api99
rep_of <- function(design, formula, mean_formula, ...) {
  r <- as.svrepdesign(design, ...)
  fit <- svyglm(formula, r, family = quasibinomial(), epsilon = 1e-14, maxit = 100)
  m <- svymean(mean_formula, r)
  list(se = unname(sqrt(diag(vcov(fit)))), mean_se = unname(c(SE(m))),
       n_replicates = ncol(weights(r, "analysis")), degf = degf(r))
}
values <- list(
  ces = list(strata = model_of(logit(ces_terms, strata)),
    clusters = model_of(logit(ces_terms, provinces)),
    linear = model_of(svyglm(ab ~ imp + gender + urban, strata)),
    mean = mean_of(~ab, strata), mean_clusters = mean_of(~ab, provinces),
    women = mean_of(~ab, subset(strata, gender == "Female")),
    rao_scott = test_of(~gender + ab, strata),
    rao_scott_imp = test_of(~imp + urban, strata),
    rao_scott_women = test_of(~imp + ab, subset(strata, gender == "Female")),
    rao_scott_clusters = test_of(~imp + gender, provinces)),
  api = list(plain = model_of(logit(api_terms, districts)),
    fpc = model_of(logit(api_terms, finite)), mean = mean_of(~api99, finite),
    stratified = model_of(logit(api_terms, nested)),
    linear_fpc = model_of(svyglm(api99 ~ ell + meals, finite)),
    rao_scott = test_of(~stype + y, finite),
    jk1 = rep_of(districts, api_terms, ~api99, type = "JK1"),
    jkn = rep_of(nested, api_terms, ~api99, type = "JKn"),
    jkn_fpc = rep_of(finite, api_terms, ~api99, type = "JK1"))
)
versions <- lapply(setNames(nm = c("survey", "jsonlite")),
                   function(name) as.character(packageVersion(name)))
source <- list(script = "survey_design.R", R = R.version.string, packages = versions,
               data = "data/ces11.csv (carData::CES11), data/api1.csv (survey::apiclus1)")
write_json(list(source = source, values = values), "survey_design.json", digits = I(16),
           auto_unbox = TRUE, pretty = 1)
