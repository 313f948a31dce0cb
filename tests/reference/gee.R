# Generalised estimating equations in R, with logit, identity (Gaussian) and probit: geepack's coefficients, correlation and robust errors;
# the corrections of Kauermann & Carroll and of Mancl & DeRouen, Bell & McCaffrey's degrees of
# freedom and average effects from full matrices; CR2 of the whitened rows by clubSandwich.
# Run from this folder: Rscript gee.R. Writes gee.json, which says who made it.
# Data: data/bact.csv (MASS bacteria), data/ces_cc.csv (carData CES11).
suppressPackageStartupMessages({ library(jsonlite); library(geepack); library(clubSandwich) })
bact <- read.csv("data/bact.csv")
bact$id <- as.integer(factor(bact$ID))
ces <- read.csv("data/ces_cc.csv")
ces <- ces[seq(1, nrow(ces), 4), ]  # matrices of n by n are made
ces$id <- as.integer(factor(ces$province))

inverse_root <- function(M) {  # of any matrix with positive eigenvalues (Denman & Beavers)
  Y <- M
  Z <- diag(nrow(M))
  for (again in 1:60) {
    next_Y <- (Y + solve(Z)) / 2
    Z <- (Z + solve(Y)) / 2
    if (max(abs(next_Y - Y)) < 1e-13 * max(abs(Y))) break
    Y <- next_Y
  }
  Z
}
errors_of <- function(V) unname(sqrt(diag(V)))

gee_of <- function(formula, data, structure, family) {
  data <- data[order(data$id), ]
  control <- geese.control(epsilon = 1e-13, maxit = 500)
  call <- function(std.err) geeglm(formula, family, data, id = id, corstr = structure, std.err = std.err, control = control)
  fit <- call("san.se")
  b <- coef(fit)
  X <- model.matrix(fit)
  n <- nrow(X)
  alpha <- if (structure == "independence") 0 else unname(fit$geese$alpha)
  eta <- drop(X %*% b)
  mu <- family$linkinv(eta)
  v <- family$variance(mu)
  e <- data[[all.vars(formula)[1]]] - mu
  groups <- split(seq_len(n), data$id)
  V <- W <- matrix(0, n, n)
  for (g in groups) {
    R <- matrix(alpha, length(g), length(g))
    diag(R) <- 1
    V[g, g] <- R * tcrossprod(sqrt(v)[g])
    W[g, g] <- solve(V[g, g])
  }
  D <- X * family$mu.eta(eta)
  M <- solve(t(D) %*% W %*% D)
  # A power of I - H, with H = D M D' W of each cluster, before its residuals
  adjusted <- function(power_of) lapply(groups, function(g) {
    H <- D[g, , drop = FALSE] %*% M %*% t(D[g, , drop = FALSE]) %*% W[g, g]
    t(D[g, , drop = FALSE]) %*% W[g, g] %*% power_of(diag(length(g)) - H)
  })
  spread <- function(scores) {
    sums <- mapply(function(S, g) S %*% e[g], scores, groups)
    M %*% tcrossprod(sums) %*% M
  }
  scores <- adjusted(inverse_root)
  KC <- spread(scores)
  left <- diag(n) - D %*% M %*% t(D) %*% W
  df_of <- function(contrast) {  # Bell & McCaffrey 2002, V the true covariance
    p <- sapply(seq_along(groups), function(k) t(left[groups[[k]], ]) %*% t(scores[[k]]) %*% M %*% contrast)
    omega <- t(p) %*% V %*% p
    sum(diag(omega))^2 / sum(omega^2)
  }
  j <- 2  # the average effect of the first term's slope
  effect <- function(b) mean(family$mu.eta(drop(X %*% b))) * b[j]
  gradient <- drop(numDeriv::grad(effect, b))
  turned <- lapply(groups, function(g) inverse_root(V[g, g]))
  white <- do.call(rbind, Map(function(T, g) T %*% cbind(e[g], D[g, ]), turned, groups))
  club <- vcovCR(lm(white[, 1] ~ white[, -1] - 1), cluster = data$id, type = "CR2")
  list(names = names(b), b = unname(b), alpha = alpha, dispersion = unname(fit$geese$gamma),
       naive = errors_of(fit$geese$vbeta.naiv), robust = errors_of(fit$geese$vbeta),
       jackknife = errors_of(call("j1s")$geese$vbeta.j1s),
       kauermann_carroll = errors_of(KC), mancl_derouen = errors_of(spread(adjusted(solve))),
       df = apply(diag(length(b)), 1, df_of), clubSandwich = errors_of(club),
       club_df = coef_test(lm(white[, 1] ~ white[, -1] - 1), club, cluster = data$id)$df,
       effect = list(estimate = effect(b), se = sqrt(drop(gradient %*% KC %*% gradient)), df = df_of(gradient)))
}
both_of <- function(formula, data, family) lapply(setNames(nm = c("exchangeable", "independence")),
                                                  function(s) gee_of(formula, data, s, family))
of_link <- function(family) list(bact = both_of(yy ~ tr + wk, bact, family),
                                 ces = both_of(ab ~ imp + gender + urban, ces, family))
values <- list(logit = of_link(binomial()), identity = of_link(gaussian()),
               probit = of_link(binomial("probit")))
versions <- lapply(setNames(nm = c("geepack", "clubSandwich", "numDeriv", "jsonlite")), function(name) as.character(packageVersion(name)))
write_json(list(source = list(script = "gee.R", R = R.version.string, packages = versions), values = values),
           "gee.json", digits = I(16), auto_unbox = TRUE, pretty = 1)
