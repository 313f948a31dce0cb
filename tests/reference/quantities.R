# Contrasts, effects at answers, risk ratios and second differences of models in R.
# Run from this folder: Rscript quantities.R. Writes quantities.json, which says who made it.
# Data: chile_yn.csv (carData::Chile, voters for yes or no). Every quantity is a function of
# the coefficients; its gradient is by central differences of that function.
suppressPackageStartupMessages({ library(jsonlite); library(sandwich); library(clubSandwich) })
exact <- list(epsilon = 1e-14, maxit = 100)
chile <- read.csv("data/chile_yn.csv", stringsAsFactors = TRUE)
chile$edu <- factor(chile$education, levels = c("P", "S", "PS"))
fit <- glm(y ~ sex + age + edu * statusquo + inc, binomial, chile, control = exact)
ols <- lm(y ~ sex + age + edu * statusquo + inc, chile)

mean_at <- function(fit, data, b) {
  X <- model.matrix(delete.response(terms(fit)), data, xlev = fit$xlevels)
  link <- if (inherits(fit, "glm")) fit$family$linkinv else identity
  mean(link(X %*% b))
}
with_answer <- function(data, name, value) {
  if (is.factor(data[[name]])) value <- factor(value, levels = levels(data[[name]]))
  data[[name]] <- if (is.factor(value)) rep(value, nrow(data)) else value
  data
}
gradient_of <- function(f, b) {
  e <- 1e-5
  sapply(seq_along(b), function(k) {
    (f(replace(b, k, b[k] + e)) - f(replace(b, k, b[k] - e))) / (2 * e)
  })
}
inference <- function(fit, f) {
  b <- coef(fit)
  g <- gradient_of(f, b)
  V <- list(classic = vcov(fit), HC3 = vcovHC(fit, type = "HC3"),
            CR1 = vcovCL(fit, cluster = chile$comm, type = "HC1"))
  test <- linear_contrast(fit, vcov = "CR2", cluster = chile$comm, contrasts = t(g),
                          test = "Satterthwaite")
  c(list(estimate = f(b)), lapply(V, function(W) sqrt(drop(t(g) %*% W %*% g))),
    list(CR2 = test$SE, df = test$df))
}
between <- function(fit, data, name, high, low) function(b) {
  mean_at(fit, with_answer(data, name, high), b) - mean_at(fit, with_answer(data, name, low), b)
}
by_step <- function(fit, data, name, step) function(b) {
  x <- data[[name]]
  mean_at(fit, with_answer(data, name, x + step / 2), b) -
    mean_at(fit, with_answer(data, name, x - step / 2), b)
}
log_ratio <- function(fit, data, name, high, low) function(b) {
  log(mean_at(fit, with_answer(data, name, high), b)) -
    log(mean_at(fit, with_answer(data, name, low), b))
}
slope_at <- function(fit, data, name) function(b) {
  h <- 1e-4
  by_step(fit, data, name, 2 * h)(b) / (2 * h)
}
less <- function(f, g) function(b) f(b) - g(b)

quartiles <- unname(quantile(chile$age, c(.25, .75)))
quantities <- function(fit) {
  at <- function(level) with_answer(chile, "edu", level)
  own <- function(level) chile[chile$edu == level, ]
  list(
    age_unit = inference(fit, by_step(fit, chile, "age", 1)),
    age_sd = inference(fit, by_step(fit, chile, "age", sd(chile$age))),
    age_iqr = inference(fit, between(fit, chile, "age", quartiles[2], quartiles[1])),
    age_range = inference(fit, between(fit, chile, "age", max(chile$age), min(chile$age))),
    statusquo_pair = inference(fit, between(fit, chile, "statusquo", 1, -1)),
    edu_pair = inference(fit, between(fit, chile, "edu", "PS", "S")),
    age_at = inference(fit, slope_at(fit, with_answer(at("PS"), "statusquo", -0.5), "age")),
    sex_ratio = inference(fit, log_ratio(fit, chile, "sex", "M", "F")),
    age_ratio = inference(fit, log_ratio(fit, chile, "age", quartiles[2], quartiles[1])),
    second_slope = inference(fit, less(slope_at(fit, at("PS"), "statusquo"),
                                       slope_at(fit, at("P"), "statusquo"))),
    second_sex = inference(fit, less(between(fit, at("PS"), "sex", "M", "F"),
                                     between(fit, at("P"), "sex", "M", "F"))),
    second_groups = inference(fit, less(slope_at(fit, own("PS"), "statusquo"),
                                        slope_at(fit, own("P"), "statusquo")))
  )
}
values <- list(logit = quantities(fit), sd_age = sd(chile$age), quartiles = quartiles,
               ols = list(age_sd = quantities(ols)$age_sd))
packages <- c("sandwich", "clubSandwich")
source <- list(script = "quantities.R", R = R.version.string, data = "data/chile_yn.csv",
               packages = lapply(setNames(nm = packages), function(p) {
                 as.character(packageVersion(p))
               }))
write_json(list(source = source, values = values), "quantities.json", digits = I(16),
           auto_unbox = TRUE, pretty = 1)
