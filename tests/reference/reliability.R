source("scales_common.R"); suppressPackageStartupMessages({ library(lavaan); library(semTools); library(GPArotation) })
quiet <- function(x) suppressWarnings(suppressMessages(x))
one_factor <- function(x) {
  items <- names(x); a <- paste0("l", seq_along(items)); b <- paste0("e", seq_along(items))
  model <- paste0("f =~ ", paste0(a, "*", items, collapse = " + "), "\n", paste0(items, " ~~ ", b, "*", items, collapse = "\n"),
                  "\nomega := (", paste(a, collapse = "+"), ")^2 / ((", paste(a, collapse = "+"), ")^2 + ", paste(b, collapse = "+"), ")")
  fit <- cfa(model, x, std.lv = TRUE); pe <- parameterEstimates(fit)
  omega <- pe[pe$label == "omega", ]; load <- pe[pe$op == "=~", ]; err <- pe[pe$op == "~~" & pe$lhs %in% items, ]
  list(loadings = load$est, loadings_se = load$se, residual_variances = err$est, residual_se = err$se,
       omega = omega$est, omega_se = omega$se, omega_low = omega$ci.lower, omega_high = omega$ci.upper,
       omega_of_observed_variance = unname(semTools::compRelSEM(cfa(paste("f =~", paste(items, collapse = "+")), x, std.lv = TRUE))))
}
categorical <- function(x) {
  fit <- cfa(paste("f =~", paste(names(x), collapse = "+")), x, std.lv = TRUE, ordered = names(x), estimator = "WLSMV")
  r <- quiet(semTools::reliability(fit))
  list(loadings = unname(drop(lavInspect(fit, "est")$lambda)), omega_implied = unname(r["omega", ]), omega_observed = unname(r["omega3", ]),
       ordinal_alpha = unname(r["alpha.ord", ]))
}
bounds <- function(x) {
  s <- quiet(splitHalf(x, raw = TRUE, brute = TRUE)); g <- quiet(guttman(x))
  list(lambdas = unname(unlist(g[paste0("lambda.", 1:6)])), best = s$maxrb, worst = s$minrb, average = s$meanr, n_splits = length(s$raw), splits = s$raw)
}
# Schmid-Leiman as psych::schmid does it, with the rotation run to eps 1e-9
hierarchical <- function(x, m) {
  R <- cor(x); f <- quiet(fa(R, m, rotate = "varimax", max.iter = 5000)); A <- unclass(f$loadings)
  rotation <- GPFoblq(A, method = "quartimin", eps = 1e-9, maxit = 5000); L <- unclass(rotation$loadings)
  g <- if (m > 2) unclass(fa(rotation$Phi, fm = "minres")$loadings)[, 1] else c(1, sign(rotation$Phi[1, 2])) * sqrt(abs(rotation$Phi[1, 2]))
  general <- drop(L %*% g); key <- sign(general); V <- sum(diag(key) %*% R %*% diag(key)); u <- 1 - rowSums(A^2)
  om <- quiet(omega(x, nfactors = m, plot = FALSE))
  list(omega_h = sum(abs(general))^2 / V, omega_total = (V - sum(u)) / V, general = unname(abs(general)), uniquenesses = unname(u),
       psych_omega_h = om$omega_h, psych_omega_total = om$omega.tot, psych_limit = om$omega.lim, psych_ecv = om$ECV,
       psych_groups = unname(as.matrix(om$omega.group)[-1, ]))
}
values <- lapply(scales, function(items) { x <- turned(complete, items); list(one_factor = one_factor(x), categorical = categorical(x), bounds = bounds(x)) })
values$hs <- list(bounds = bounds(hs), hierarchical = hierarchical(hs, 3))
values$bfi <- list(hierarchical = hierarchical(complete, 5))
values$A$hierarchical2 <- hierarchical(turned(complete, scales$A), 2)
# five correlated factors of all items, reverse-keyed ones turned
all <- do.call(cbind, unname(lapply(scales, function(items) turned(complete, items))))
model <- paste(sapply(names(scales), function(s) paste(s, "=~", paste(sub("-", "", scales[[s]]), collapse = " + "))), collapse = "\n")
fit <- cfa(model, all, std.lv = TRUE); est <- lavInspect(fit, "est"); std <- lavInspect(fit, "std")
pick <- function(M) lapply(seq_len(ncol(M)), function(j) unname(M[M[, j] != 0, j]))
values$five <- list(loadings = pick(est$lambda), residual_variances = lapply(1:5, function(j) unname(diag(est$theta)[est$lambda[, j] != 0])),
  standardised = pick(std$lambda), ave_semtools = unname(semTools::AVE(fit)), omega = unname(quiet(semTools::reliability(fit))["omega", ]),
  htmt = unname(unclass(htmt(model, all, htmt2 = FALSE))), htmt2 = unname(unclass(htmt(model, all, htmt2 = TRUE))),
  htmt_polychoric = unname(unclass(htmt(model, all, ordered = names(all), htmt2 = FALSE))))
values$smc <- unname(smc(complete))
write_reference(values, "reliability.R", c("psych", "lavaan", "semTools", "GPArotation"))
