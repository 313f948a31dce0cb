# Weighted regressions in R: HC, CR, two-way and CR2 covariances, survey designs, replicate
# weights, average effects. Run from this folder: Rscript weights.R. Writes weights.json, which
# says who made it.
# Data: ces11.csv (carData::CES11), api1.csv (survey::apiclus1). Average effects are weighted
# averages; their gradients are by central differences here.
suppressPackageStartupMessages({
  library(jsonlite); library(survey); library(sandwich); library(clubSandwich)
})
ces <- read.csv("data/ces11.csv")
ces$w <- ces$weight / mean(ces$weight)
ces$interviewer <- seq_len(nrow(ces)) %% 13
api <- read.csv("data/api1.csv")
api$w <- api$pw * (1 + (seq_len(nrow(api)) %% 3) / 2)
api$half <- api$dnum %% 2
api$villages <- ifelse(api$half == 1, 60, 40)
formula <- ab ~ imp + gender + urban
api_formula <- y ~ ell + meals + api99

# glm stops by its deviance: fitted again from its own solution, its last step is nothing.
weighted_glm <- function(formula, data, start = NULL) suppressWarnings(
  glm(formula, binomial, data, weights = w, start = start, epsilon = 1e-14, maxit = 100))
twice <- function(formula, data) weighted_glm(formula, data, coef(weighted_glm(formula, data)))
svy <- function(formula, design) {
  once <- function(start) svyglm(formula, design, family = quasibinomial(), start = start,
                                 epsilon = 1e-14, maxit = 100)
  once(coef(once(NULL)))
}
errors <- function(V) unname(sqrt(diag(V)))

# The weighted average of the change of every mean, and its gradient by central differences.
average <- function(fit, data, variable, link) {
  X0 <- X1 <- data
  is_number <- !is.character(data[[variable]])
  if (!is_number) { X0[[variable]] <- "Female"; X1[[variable]] <- "Male" }
  formula <- delete.response(terms(fit))
  at <- function(d) model.matrix(formula, d, xlev = fit$xlevels)
  slope <- if (identical(link, plogis)) dlogis else function(eta) 1 + 0 * eta
  value <- function(b) {
    change <- if (is_number) slope(X %*% b) * b[[variable]]
              else link(at(X1) %*% b) - link(at(X0) %*% b)
    weighted.mean(change, data$w)
  }
  b <- coef(fit)
  X <- at(data)
  gradient <- sapply(seq_along(b), function(j) {
    h <- 1e-4 / mean(abs(X[, j]))  # of the linear predictor, whatever the unit
    e <- replace(numeric(length(b)), j, h)
    (value(b + e) - value(b - e)) / (2 * h)
  })
  list(estimate = value(b), gradient = gradient)
}
effect_of <- function(fit, data, variable, V, link = plogis, blocks = NULL) {
  a <- average(fit, data, variable, link)
  found <- list(estimate = a$estimate, se = sqrt(c(a$gradient %*% V %*% a$gradient)))
  if (!is.null(blocks)) {
    found$df <- Wald_test(fit, matrix(a$gradient, 1), vcov = blocks, test = "HTZ")$df_denom
  }
  found
}

cr2_of <- function(fit, target, names) {
  V <- vcovCR(fit, cluster = ces$province, type = "CR2", target = target, inverse_var = FALSE)
  tests <- coef_test(fit, vcov = V, test = "Satterthwaite")
  joint <- Wald_test(fit, constrain_zero(3:4), vcov = V, test = "HTZ")
  link <- if (inherits(fit, "glm")) plogis else identity
  list(se = tests$SE, df = tests$df, F = joint$Fstat, df_denom = joint$df_denom, p = joint$p_val,
       ame = lapply(setNames(nm = names), function(name)
         effect_of(fit, ces, name, as.matrix(V), link, V)))
}
jackknife <- function(refit, b) {
  provinces <- unique(ces$province)
  G <- length(provinces)
  without <- sapply(provinces, function(p) coef(refit(ces[ces$province != p, ])))
  errors((G - 1) / G * tcrossprod(without - b))
}
two_way <- function(fit) errors(vcovCL(fit, cluster = ces[c("province", "interviewer")], type = "HC1",
                                       cadjust = TRUE, multi0 = FALSE))
model_of <- function(fit, refit) {
  list(b = unname(coef(fit)),
       hc = lapply(setNames(nm = paste0("HC", 0:3)), function(t) errors(vcovHC(fit, type = t))),
       cr1 = errors(vcovCL(fit, cluster = ces$province, type = "HC1")),
       cv3 = jackknife(refit, coef(fit)), two_way = two_way(fit))
}
linear <- lm(formula, ces, weights = w)
logistic <- twice(formula, ces)
mu <- fitted(logistic)

design_of <- function(fit, names, data = ces) {
  test <- regTermTest(fit, as.formula(paste("~", paste(names, collapse = "+"))), method = "Wald",
                      df = fit$df.residual)
  list(b = unname(coef(fit)), se = errors(vcov(fit)), df = fit$df.residual,
       F = c(test$Ftest), p = c(test$p),
       ame = lapply(setNames(nm = names), function(name) effect_of(fit, data, name, vcov(fit))))
}
options(survey.lonely.psu = "adjust")
strata <- svydesign(ids = ~1, strata = ~province, weights = ~w, data = ces)
units <- svydesign(ids = ~dnum, strata = ~half, weights = ~w, fpc = ~villages, data = api)
lonely <- svydesign(ids = ~dnum, strata = ~alone, weights = ~w,
                    data = transform(api, alone = ifelse(dnum == 637, 2, half)))
# Lost answers: every fifth pupil, and all of one district. They still count as drawn.
holed <- transform(api, y = ifelse(seq_len(nrow(api)) %% 5 == 0 | dnum == 716, NA, y))
lost <- svydesign(ids = ~dnum, strata = ~half, weights = ~w, fpc = ~villages, data = holed)
ces_holed <- transform(ces, imp = ifelse(seq_len(nrow(ces)) %% 5 == 0, NA, imp))
lost_strata <- svydesign(ids = ~1, strata = ~province, weights = ~w, data = ces_holed)
plain_of <- function(fit) list(b = unname(coef(fit)), se = errors(vcov(fit)), df = fit$df.residual)
jkn <- as.svrepdesign(svydesign(ids = ~dnum, strata = ~half, weights = ~w, data = api),
                      type = "JKn", mse = TRUE)
of_strata <- svy(formula, strata)
fit_of <- function(fit) list(cox_snell = psrsq(fit, "Cox-Snell"),
                             nagelkerke = suppressWarnings(psrsq(fit, "Nagelkerke")))
auc <- function(y, mu, w) {
  pairs <- outer(mu[y == 1], mu[y == 0], function(a, b) (a > b) + (a == b) / 2)
  c(w[y == 1] %*% pairs %*% w[y == 0]) / (sum(w[y == 1]) * sum(w[y == 0]))
}
values <- list(
  logit = model_of(logistic, function(d) weighted_glm(formula, d, coef(logistic))),
  lpm = model_of(linear, function(d) lm(formula, d, weights = w)),
  cr2 = list(logit = cr2_of(logistic, mu * (1 - mu), c("imp", "gender")),
             lpm = cr2_of(linear, rep(1, nrow(ces)), c("imp", "gender"))),
  design = list(strata = design_of(of_strata, c("imp", "gender")),
                units = design_of(svy(api_formula, units), c("meals", "api99"), api),
                lonely = design_of(svy(api_formula, lonely), c("meals", "api99"), api)),
  lost = list(units = plain_of(svy(api_formula, lost)), strata = plain_of(svy(formula, lost_strata))),
  replicates = c(design_of(svyglm(api_formula, jkn, family = quasibinomial(), epsilon = 1e-14,
                                  maxit = 100), c("meals", "api99"), api),
                 list(weights = unname(as.matrix(weights(jkn, "analysis"))),
                      scales = jkn$scale * jkn$rscales)),
  fit = c(fit_of(of_strata), list(auc = auc(ces$ab, mu, ces$w),
    r2 = summary(linear)$r.squared, r2_adjusted = summary(linear)$adj.r.squared)))
versions <- lapply(setNames(nm = c("survey", "sandwich", "clubSandwich", "jsonlite")),
                   function(name) as.character(packageVersion(name)))
source <- list(script = "weights.R", R = R.version.string, packages = versions,
               data = "data/ces11.csv (carData::CES11), data/api1.csv (survey::apiclus1)")
write_json(list(source = source, values = values), "weights.json", digits = I(16),
           auto_unbox = TRUE)
