# Models of further outcomes in R: probit, fractional, Firth, ordered, multinomial, random
# intercept, and diagnostics. Run from this folder: Rscript outcomes.R. Writes outcomes.json.
# Data: data/anes96.csv (statsmodels), data/chile_yn.csv, data/beps.csv, data/ces_cc.csv
# (carData Chile, BEPS, CES11), data/endometrial.csv (brglm2), data/bact.csv (MASS bacteria).
suppressPackageStartupMessages({
  library(jsonlite); library(MASS); library(nnet); library(lme4); library(sandwich)
  library(car); library(lmtest); library(pROC)
})
anes <- read.csv("data/anes96.csv")
chile <- read.csv("data/chile_yn.csv", stringsAsFactors = TRUE)
chile$edu <- factor(chile$education, levels = c("P", "S", "PS"))
beps <- read.csv("data/beps.csv", stringsAsFactors = TRUE)
beps$ec <- factor(beps$economic.cond.national, ordered = TRUE)
endo <- read.csv("data/endometrial.csv")
bact <- read.csv("data/bact.csv")
ces <- read.csv("data/ces_cc.csv", stringsAsFactors = TRUE)

coefficients_of <- function(fit) {
  table <- coef(summary(fit))
  list(names = rownames(table), b = unname(table[, 1]), se = unname(table[, 2]))
}
errors_of <- function(V) unname(sqrt(diag(as.matrix(V))))
hc_of <- function(fit) lapply(setNames(nm = paste0("HC", 0:3)), function(type) errors_of(vcovHC(fit, type = type)))
# glm stops when the deviance does; started again from its end it comes to the top.
exact_glm <- function(formula, family, data) {
  control <- list(epsilon = 1e-16, maxit = 100)
  fit <- suppressWarnings(glm(formula, family, data, control = control))
  for (again in 1:5) {
    fit <- suppressWarnings(glm(formula, family, data, start = coef(fit), control = control))
  }
  fit
}

diagnostics_of <- function(fit) {
  p <- fitted(fit)
  y <- fit$y
  curve <- roc(y, p, quiet = TRUE, direction = "<")
  interval <- ci.auc(curve, method = "delong")
  link <- glm(y ~ e + I(e^2), family = fit$family, data = data.frame(y = y, e = predict(fit)),
              control = list(epsilon = 1e-14, maxit = 100))
  cuts <- unique(quantile(p, 0:10 / 10))  # as performance_hosmer and ResourceSelection
  group <- cut(p, cuts, include.lowest = TRUE)
  observed <- cbind(tapply(1 - y, group, sum), tapply(y, group, sum))
  expected <- cbind(tapply(1 - p, group, sum), tapply(p, group, sum))
  chi2 <- sum((observed - expected)^2 / expected)
  some <- c(1:5, length(y) - 0:4)
  list(auc = list(auc = as.numeric(auc(curve)), low = interval[1], high = interval[3],
                  se = sqrt(var(curve, method = "delong"))),
       hosmer = list(chi2 = chi2, df = nlevels(group) - 2,
                     p = pchisq(chi2, nlevels(group) - 2, lower.tail = FALSE)),
       link = coefficients_of(link), vif = unname(vif_of(fit)),
       cook = unname(cooks.distance(fit)[some]), hat = unname(hatvalues(fit)[some]),
       pearson = unname(rstandard(fit, type = "pearson")[some]),
       deviance = unname(residuals(fit, "deviance")[some]),
       studentised = unname(rstudent(fit)[some]))
}
vif_of <- function(fit) {
  found <- car::vif(fit)
  if (is.matrix(found)) found[, 1] else found
}

terms_of_anes <- vote ~ TVnews + selfLR + PID + age + educ + income
anes_logit <- exact_glm(terms_of_anes, binomial, anes)
anes_probit <- exact_glm(terms_of_anes, binomial("probit"), anes)
anes_lpm <- lm(terms_of_anes, anes)
chile_logit <- exact_glm(y ~ sex + age + edu + inc + statusquo, binomial, chile)

share <- (chile$statusquo - min(chile$statusquo)) / diff(range(chile$statusquo))
fractional <- exact_glm(share ~ sex + age + edu + inc, quasibinomial, transform(chile, share = share))

# Firth's penalised likelihood by brute force: the profile by optim, its ends by uniroot.
X <- model.matrix(~ NV + PI + EH, endo)
penalised <- function(b) {
  eta <- drop(X %*% b)
  w <- dlogis(eta)
  sum(plogis((2 * endo$HG - 1) * eta, log.p = TRUE)) +
    as.numeric(determinant(t(X) %*% (X * w))$modulus) / 2
}
climb <- function(b, free) {
  at <- function(v) penalised(replace(b, free, v))
  control <- list(fnscale = -1, reltol = 1e-15, maxit = 5000, parscale = 1 / apply(abs(X[, free, drop = FALSE]), 2, max))
  v <- b[free]
  for (again in 1:4) v <- optim(v, at, method = "BFGS", control = control)$par
  replace(b, free, v)
}
top <- climb(c(0, 0, 0, 0), 1:4)
lr_at <- function(j, value) 2 * (penalised(top) - penalised(climb(replace(top, j, value), setdiff(1:4, j))))
end_of <- function(j, side) {
  uniroot(function(v) lr_at(j, v) - qchisq(.95, 1), sort(top[j] + side * c(.01, 6) * c(2.5, 1.6, .04, .9)[j]), tol = 1e-9)$root
}
firth <- list(lr = sapply(1:4, lr_at, 0), low = sapply(1:4, end_of, -1), high = sapply(1:4, end_of, 1))

# Ordered models
ordered <- ec ~ age + gender + Blair + Hague + Kennedy + Europe + political.knowledge
ordered_of <- function(link) {
  fit <- ordinal::clm(ordered, data = beps, link = link)
  c(coefficients_of(fit), log_likelihood = as.numeric(logLik(fit)))
}
polr_logit <- polr(ordered, data = beps, Hess = TRUE)
effects_of_ordered <- function(name) {
  X <- model.matrix(polr_logit)[, -1]
  j <- match(name, names(coef(polr_logit)))
  p <- ncol(X)
  effect <- function(theta) {
    eta <- drop(X %*% theta[1:p])
    density <- cbind(0, sapply(theta[-(1:p)], function(cut) dlogis(cut - eta)), 0)
    colMeans(-(density[, -1] - density[, -ncol(density)])) * theta[j]
  }
  theta <- c(coef(polr_logit), polr_logit$zeta)
  e <- 1e-5
  J <- sapply(seq_along(theta), function(k) (effect(replace(theta, k, theta[k] + e)) - effect(replace(theta, k, theta[k] - e))) / (2 * e))
  list(estimate = unname(effect(theta)), se = unname(sqrt(diag(J %*% vcov(polr_logit) %*% t(J)))))
}
# car 3.1 leaves an off-diagonal block of Brant's covariance untransposed; here it is turned.
transposed_test <- function(fit) {
  test <- getAnywhere("poTest.polr")$objs[[1]]
  lines <- deparse(test)
  i <- grep("vcov\\[subs.j, subs.el\\] <- vcov", lines)
  lines[i] <- "vcov[subs.j, subs.el] <- V[-1,-1]; vcov[subs.el, subs.j] <- t("
  lines[i + 1] <- "V[-1,-1])"
  mended <- eval(parse(text = lines))
  environment(mended) <- environment(test)
  found <- mended(fit)
  list(chi2 = found$chisq, df = found$df, chi2_of_terms = unname(found$chisq.p), df_of_terms = unname(found$df.p))
}
# Rao's test of parallel lines, from numerical derivatives of the model with free lines.
free_lines <- function(theta, X, K) {
  p <- ncol(X)
  cut <- theta[1:(K - 1)]
  B <- matrix(theta[-(1:(K - 1))], p)
  below <- cbind(0, sapply(1:(K - 1), function(k) plogis(cut[k] - X %*% B[, k])), 1)
  below[, -1] - below[, -(K + 1)]
}
score_test <- function(fit) {
  X <- model.matrix(fit)[, -1]
  y <- as.integer(model.response(model.frame(fit)))
  K <- length(fit$zeta) + 1
  # a Newton step or two from where polr stopped
  common <- function(theta) c(theta[1:(K - 1)], rep(theta[-(1:(K - 1))], K - 1))
  value <- function(theta) sum(log(free_lines(common(theta), X, K)[cbind(seq_along(y), y)]))
  theta <- unname(c(fit$zeta, coef(fit)))
  for (again in 1:2) theta <- theta - solve(numDeriv::hessian(value, theta), numDeriv::grad(value, theta))
  P <- free_lines(common(theta), X, K)
  J <- numDeriv::jacobian(function(theta) c(free_lines(theta, X, K)), common(theta))
  J <- array(J, c(length(y), K, ncol(J)))
  U <- colSums(t(sapply(seq_along(y), function(i) J[i, y[i], ] / P[i, y[i]])))
  I <- Reduce(`+`, lapply(1:K, function(k) crossprod(J[, k, ] / sqrt(P[, k]))))
  list(chi2 = drop(U %*% solve(I, U)), df = (K - 2) * ncol(X))
}
by_age <- vcovCL(polr_logit, cluster = factor(beps$age %/% 5), type = "HC0", cadjust = TRUE)

# Multinomial logit
multi <- multinom(vote ~ age + gender + economic.cond.national + economic.cond.household + Blair +
  Hague + Kennedy + Europe * political.knowledge, beps, trace = FALSE, maxit = 1000, reltol = 1e-14, Hess = TRUE)
effects_of_multinomial <- function(name) {
  K <- nrow(coef(multi))
  design <- function(d) model.matrix(delete.response(terms(multi)), d)
  effect <- function(b) {
    B <- matrix(b, K, byrow = TRUE)
    shares <- function(d) { E <- cbind(1, exp(design(d) %*% t(B))); E / rowSums(E) }
    up <- down <- beps
    up[[name]] <- up[[name]] + 1e-4
    down[[name]] <- down[[name]] - 1e-4
    colMeans((shares(up) - shares(down)) / 2e-4)
  }
  b <- c(t(coef(multi)))
  e <- 1e-5
  J <- sapply(seq_along(b), function(k) (effect(replace(b, k, b[k] + e)) - effect(replace(b, k, b[k] - e))) / (2 * e))
  list(estimate = unname(effect(b)), se = unname(sqrt(diag(J %*% vcov(multi) %*% t(J)))))
}

mixed_of <- function(formula, data, nodes) {
  fit <- suppressMessages(glmer(formula, data, binomial, nAGQ = nodes))
  c(coefficients_of(fit), sd = sqrt(unname(unlist(VarCorr(fit)))[1]), log_likelihood = as.numeric(logLik(fit)))
}
linear_tests <- function(fit) {
  glejser <- lm(abs(resid(fit)) ~ TVnews + selfLR + PID + age + educ + income, anes)
  of <- function(test) list(statistic = unname(test$statistic), p = unname(test$p.value))
  list(breusch_pagan = of(bptest(fit)), reset = of(resettest(fit, 2:3)), durbin_watson = of(dwtest(fit)),
       durbin_watson_exact = of(dwtest(terms_of_anes, data = anes[1:60, ])),
       glejser = coefficients_of(glejser), glejser_f = unname(summary(glejser)$fstatistic),
       shapiro_wilk = of(shapiro.test(resid(fit))), vif = unname(car::vif(fit)),
       link = coefficients_of(lm(y ~ e + I(e^2), data.frame(y = anes$vote, e = fitted(fit)))),
       cook = unname(cooks.distance(fit)[1:8]), hat = unname(hatvalues(fit)[1:8]),
       standardised = unname(rstandard(fit)[1:8]), studentised = unname(rstudent(fit)[1:8]))
}

values <- list(
  anes_probit = list(coef = coefficients_of(anes_probit), log_likelihood = as.numeric(logLik(anes_probit)), hc = hc_of(anes_probit)),
  fractional = list(b = unname(coef(fractional)), se = errors_of(vcov(fractional)), dispersion = summary(fractional)$dispersion,
    HC0 = errors_of(vcovHC(fractional, type = "HC0")), HC3 = errors_of(vcovHC(fractional, type = "HC3")),
    CR1 = errors_of(vcovCL(fractional, cluster = chile$comm, type = "HC1"))),
  endo = coefficients_of(glm(HG ~ NV + PI + EH, binomial, endo, method = brglm2::brglmFit,
    type = "AS_mean", epsilon = 1e-12, maxit = 500)),
  endo_profile = firth,
  beps_ologit = ordered_of("logit"), beps_oprobit = ordered_of("probit"),
  beps_oame = list(Blair = effects_of_ordered("Blair"), Europe = effects_of_ordered("Europe")),
  beps_brant = transposed_test(polr_logit),
  beps_score = score_test(polr_logit),
  beps_hc0 = errors_of(sandwich(polr_logit)), beps_cr = errors_of(by_age),
  beps_mlogit = list(names = colnames(coef(multi)), levels = rownames(coef(multi)), b = unname(coef(multi)),
    se = unname(summary(multi)$standard.errors), log_likelihood = as.numeric(logLik(multi))),
  beps_mame = lapply(setNames(nm = c("Blair", "Europe", "age")), effects_of_multinomial),
  bact_7 = mixed_of(yy ~ tr + wk + (1 | ID), bact, 7), bact_25 = mixed_of(yy ~ tr + wk + (1 | ID), bact, 25),
  ces_25 = mixed_of(ab ~ imp + gender + urban + (1 | province), ces, 25),
  anes_logit_diagnostics = diagnostics_of(anes_logit), anes_probit_diagnostics = diagnostics_of(anes_probit),
  chile_logit_diagnostics = diagnostics_of(chile_logit), anes_lpm = linear_tests(anes_lpm)
)
versions <- lapply(setNames(nm = c("MASS", "nnet", "lme4", "sandwich", "car", "numDeriv", "lmtest", "pROC", "jsonlite", "brglm2", "ordinal")), function(name) as.character(packageVersion(name)))
write_json(list(source = list(script = "outcomes.R", R = R.version.string, packages = versions), values = values),
           "outcomes.json", digits = I(16), auto_unbox = TRUE, pretty = 1)
