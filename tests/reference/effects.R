# Effect models in R: coefficients, covariances, Satterthwaite df, average marginal effects.
# Run from this folder: Rscript effects.R. Writes effects.json, which says who made it.
# Data: chile_yn.csv (carData::Chile, voters for yes or no), anes96.csv (statsmodels' anes96).
suppressPackageStartupMessages({ library(jsonlite); library(sandwich); library(clubSandwich) })
exact <- list(epsilon = 1e-14, maxit = 100)  # glm's default stops up to 1e-6 short in the SEs
chile <- read.csv("data/chile_yn.csv", stringsAsFactors = TRUE)
chile$edu <- factor(chile$education, levels = c("P", "S", "PS"))
chile$alone <- as.integer(chile$comm == levels(chile$comm)[5])
anes <- read.csv("data/anes96.csv")

errors_of <- function(V) unname(sqrt(diag(as.matrix(V))))
coefficients_of <- function(fit) {
  table <- coef(summary(fit))
  list(names = rownames(table), b = unname(table[, 1]), se = unname(table[, 2]))
}
hc_of <- function(fit) {
  types <- c("HC0", "HC1", "HC2", "HC3")
  lapply(setNames(nm = types), function(type) errors_of(vcovHC(fit, type = type)))
}
cr_of <- function(fit, cluster) {
  tests <- coef_test(fit, vcov = "CR2", cluster = cluster, test = "Satterthwaite")
  list(CR0 = errors_of(vcovCR(fit, cluster = cluster, type = "CR0")),
       CR1 = errors_of(vcovCL(fit, cluster = cluster, type = "HC1")),
       CR2 = tests$SE, df = tests$df, n_clusters = length(unique(cluster)))
}

# Average marginal effects; the delta method's gradient by central differences.
average_effect <- function(fit, data, name, b) {
  design <- function(d) model.matrix(delete.response(terms(fit)), d, xlev = fit$xlevels)
  mean_at <- function(d) fit$family$linkinv(design(d) %*% b)
  one <- zero <- data
  if (is.factor(data[[name]])) {
    two <- levels(data[[name]])[2:1]
    one[[name]] <- factor(two[1], levels = rev(two))
    zero[[name]] <- factor(two[2], levels = rev(two))
    return(mean(mean_at(one) - mean_at(zero)))
  }
  h <- 1e-5
  one[[name]] <- one[[name]] + h
  zero[[name]] <- zero[[name]] - h
  mean((mean_at(one) - mean_at(zero)) / (2 * h))
}
gradient_of <- function(fit, data, name) {
  b <- coef(fit)
  e <- 1e-5
  sapply(seq_along(b), function(k) {
    up <- replace(b, k, b[k] + e)
    down <- replace(b, k, b[k] - e)
    (average_effect(fit, data, name, up) - average_effect(fit, data, name, down)) / (2 * e)
  })
}
effects_of <- function(fit, data, names, cluster = NULL) {
  V <- list(classic = vcov(fit), HC3 = vcovHC(fit, type = "HC3"))
  if (!is.null(cluster)) V$CR1 <- vcovCL(fit, cluster = cluster, type = "HC1")
  lapply(setNames(nm = names), function(name) {
    g <- gradient_of(fit, data, name)
    found <- c(list(estimate = average_effect(fit, data, name, coef(fit))),
               lapply(V, function(W) sqrt(drop(t(g) %*% W %*% g))))
    if (is.null(cluster)) return(found)
    test <- linear_contrast(fit, vcov = "CR2", cluster = cluster, contrasts = t(g),
                            test = "Satterthwaite")
    c(found, list(CR2 = test$SE, df = test$df))
  })
}

binary_of <- function(fit) {
  y <- fit$y
  p <- fitted(fit)
  l <- as.numeric(logLik(fit))
  l0 <- -fit$null.deviance / 2
  cox_snell <- 1 - exp(2 * (l0 - l) / length(y))
  list(log_likelihood = l, deviance = deviance(fit), null_deviance = fit$null.deviance,
       lr = 2 * (l - l0), mcfadden = 1 - l / l0, cox_snell = cox_snell,
       nagelkerke = cox_snell / (1 - exp(2 * l0 / length(y))),
       tjur = mean(p[y == 1]) - mean(p[y == 0]), brier = mean((y - p)^2),
       auc = unname(wilcox.test(p[y == 1], p[y == 0], exact = FALSE)$statistic) /
         (sum(y == 1) * sum(y == 0)))
}
linear_of <- function(fit) {
  s <- summary(fit)
  list(r2 = s$r.squared, r2_adjusted = s$adj.r.squared, f = unname(s$fstatistic[1]),
       df_model = unname(s$fstatistic[2]), df_residual = unname(s$fstatistic[3]),
       p_value = unname(pf(s$fstatistic[1], s$fstatistic[2], s$fstatistic[3], lower = FALSE)),
       sigma = s$sigma, log_likelihood = as.numeric(logLik(fit)))
}
logit <- function(formula, data) glm(formula, binomial, data, control = exact)

terms_of_chile <- y ~ sex + age + edu + inc + statusquo
terms_of_anes <- vote ~ TVnews + selfLR + PID + age + educ + income
chile_logit <- logit(terms_of_chile, chile)
chile_lpm <- lm(terms_of_chile, chile)
chile_int <- logit(y ~ sex + age + edu * statusquo + inc, chile)
chile_alone <- logit(update(terms_of_chile, . ~ . + alone), chile)
chile_lpm_alone <- lm(update(terms_of_chile, . ~ . + alone), chile)
anes_logit <- logit(terms_of_anes, anes)
anes_lpm <- lm(terms_of_anes, anes)
continuous <- c("age", "inc", "statusquo")

values <- list(
  chile_logit = list(coef = coefficients_of(chile_logit), hc = hc_of(chile_logit),
    cr = cr_of(chile_logit, chile$comm), fit = binary_of(chile_logit),
    ame = effects_of(chile_logit, chile, c("sex", continuous), chile$comm)),
  chile_region = list(cr = cr_of(chile_logit, chile$region)),
  chile_lpm = list(coef = coefficients_of(chile_lpm), hc = hc_of(chile_lpm),
    cr = cr_of(chile_lpm, chile$comm), fit = linear_of(chile_lpm)),
  chile_int = list(coef = coefficients_of(chile_int), cr = cr_of(chile_int, chile$comm),
    lr = as.numeric(2 * (logLik(chile_int) - logLik(chile_logit))),
    ame = effects_of(chile_int, chile, c("sex", continuous), chile$comm)),
  chile_alone = list(coef = coefficients_of(chile_alone), cr = cr_of(chile_alone, chile$comm)),
  chile_lpm_alone = list(coef = coefficients_of(chile_lpm_alone),
    cr = cr_of(chile_lpm_alone, chile$comm)),
  anes_logit = list(coef = coefficients_of(anes_logit), hc = hc_of(anes_logit),
    fit = binary_of(anes_logit),
    ame = effects_of(anes_logit, anes, all.vars(terms_of_anes)[-1])),
  anes_lpm = list(coef = coefficients_of(anes_lpm), hc = hc_of(anes_lpm),
    fit = linear_of(anes_lpm))
)
versions <- lapply(setNames(nm = c("sandwich", "clubSandwich", "jsonlite")),
                   function(name) as.character(packageVersion(name)))
source <- list(script = "effects.R", R = R.version.string, packages = versions,
               data = "data/chile_yn.csv (carData::Chile), data/anes96.csv (statsmodels anes96)")
write_json(list(source = source, values = values), "effects.json", digits = I(16),
           auto_unbox = TRUE, pretty = 1)
