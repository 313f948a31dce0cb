# Inference with few clusters in R: jackknife, two-way clustering, approximate Hotelling tests,
# wild cluster and score bootstraps with all sign vectors, effective numbers of clusters.
# Run from this folder: Rscript few_clusters.R. Writes few_clusters.json, which says who made it.
# Data: chile_yn.csv (carData::Chile); "twelve" are its 12 largest communities.
suppressPackageStartupMessages({ library(jsonlite); library(sandwich); library(clubSandwich) })
exact <- list(epsilon = 1e-14, maxit = 100)
chile <- read.csv("data/chile_yn.csv", stringsAsFactors = TRUE)
chile$edu <- factor(chile$education, levels = c("P", "S", "PS"))
chile$male <- as.integer(chile$sex == "M")
chile$decade <- chile$age %/% 10
largest <- names(sort(table(chile$comm), decreasing = TRUE))[1:12]
twelve <- droplevels(chile[chile$comm %in% largest, ])

logit <- function(formula, data) glm(formula, binomial, data, control = exact)
full <- y ~ male + age + edu + inc + statusquo
few <- y ~ male + age + inc + statusquo

jackknife <- function(formula, data, fit) {
  b <- sapply(levels(data$comm), function(g) coef(fit(formula, data[data$comm != g, ])))
  G <- nlevels(data$comm)
  deviation <- b - coef(fit(formula, data))
  V <- (G - 1) / G * tcrossprod(deviation)
  list(se = unname(sqrt(diag(V))), V12 = V[1, 2])
}

hotelling <- function(fit, cluster, constraints) {
  test <- Wald_test(fit, constraints, vcovCR(fit, cluster = cluster, type = "CR2"), test = "HTZ")
  list(statistic = test$Fstat, df_num = test$df_num, df_denom = test$df_denom,
       p_value = test$p_val)
}
education <- constrain_zero(4:5)
slopes <- constrain_zero(2:7)
equal <- constrain_equal(c(2, 4, 5))
hotellings <- function(fit, cluster)
  list(education = hotelling(fit, cluster, education), equal = hotelling(fit, cluster, equal))

two_way <- function(fit) {
  both <- chile[c("comm", "decade")]
  V <- vcovCL(fit, cluster = both, type = "HC1", multi0 = FALSE)
  repaired <- vcovCL(fit, cluster = both, type = "HC1", multi0 = FALSE, fix = TRUE)
  narrow <- vcovCL(fit, cluster = chile[c("region", "sex")], type = "HC1")
  narrow_fixed <- vcovCL(fit, cluster = chile[c("region", "sex")], type = "HC1", fix = TRUE)
  list(V = unname(V), repaired = unname(repaired), narrow = unname(narrow),
       narrow_repaired = unname(narrow_fixed))
}

# Restricted wild cluster bootstrap-t, CR1, every Rademacher vector.
wild <- function(X, y, cluster, j, W) {
  n <- nrow(X); k <- ncol(X); G <- max(cluster)
  A <- solve(crossprod(X))
  P <- X %*% A
  correction <- G / (G - 1) * (n - 1) / (n - k)
  t_of <- function(y) {
    b <- A %*% crossprod(X, y)
    sums <- rowsum(P[, j] * c(y - X %*% b), cluster)
    c(b[j] / sqrt(correction * sum(sums^2)))
  }
  X0 <- X[, -j, drop = FALSE]
  fitted0 <- c(X0 %*% solve(crossprod(X0), crossprod(X0, y)))
  t0 <- t_of(y)
  t <- apply(W, 1, function(w) t_of(fitted0 + (y - fitted0) * w[cluster]))
  list(t = t0, p = mean(abs(t) >= abs(t0) - 1e-10))
}
score <- function(X, y, cluster, j, W) {
  restricted <- glm.fit(X[, -j, drop = FALSE], y, family = binomial(), control = exact)
  mu <- restricted$fitted.values
  A <- solve(crossprod(X * (mu * (1 - mu)), X))
  psi <- rowsum(X * (y - mu), cluster) %*% A[, j]
  t_of <- function(e) sum(e) / sqrt(sum((e - mean(e))^2))
  t <- apply(W, 1, function(w) t_of(psi * w))
  list(t = t_of(psi), p = mean(abs(t) >= abs(t_of(psi)) - 1e-10))
}
signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), 12)))
X12 <- model.matrix(few, twelve)
cluster12 <- as.integer(twelve$comm)
bootstraps <- function(test)
  lapply(setNames(2:5, colnames(X12)[2:5]),
         function(j) test(X12, twelve$y, cluster12, j, signs))

# Effective number of clusters of each coefficient; error correlation rho within clusters.
effective <- function(X, cluster, rho) {
  A <- solve(crossprod(X))
  sapply(seq_len(ncol(X)), function(j) {
    gamma <- sapply(split(seq_len(nrow(X)), cluster), function(rows) {
      Xg <- X[rows, , drop = FALSE]
      Omega <- matrix(rho, length(rows), length(rows))
      diag(Omega) <- 1
      drop(A[j, ] %*% t(Xg) %*% Omega %*% Xg %*% A[, j])
    })
    length(gamma) / (1 + mean((gamma - mean(gamma))^2) / mean(gamma)^2)
  })
}
partial_leverage <- function(X, cluster)
  sapply(seq_len(ncol(X)), function(j) {
    rest <- lm.fit(X[, -j], X[, j])$residuals
    unname(tapply(rest^2, cluster, sum) / sum(rest^2))
  })

logit_full <- logit(full, chile)
lpm_full <- lm(full, chile)
X <- model.matrix(full, chile)
values <- list(
  jackknife = list(logit = jackknife(full, chile, logit), lpm = jackknife(full, chile, lm),
                   logit_twelve = jackknife(few, twelve, logit)),
  hotelling = list(logit = hotellings(logit_full, chile$comm),
                   lpm = hotellings(lpm_full, chile$comm),
                   lpm_slopes = hotelling(lpm_full, chile$comm, slopes),
                   logit_region = hotellings(logit_full, chile$region)),
  two_way = list(logit = two_way(logit_full), lpm = two_way(lpm_full)),
  wild = bootstraps(wild), score = bootstraps(score),
  effective = list(rho0 = effective(X, chile$comm, 0), rho_half = effective(X, chile$comm, .5),
                   rho1 = effective(X, chile$comm, 1)),
  partial_leverage = partial_leverage(X, chile$comm)
)
versions <- lapply(setNames(nm = c("sandwich", "clubSandwich", "jsonlite")),
                   function(name) as.character(packageVersion(name)))
source <- list(script = "few_clusters.R", R = R.version.string, packages = versions,
               data = "data/chile_yn.csv (carData::Chile)")
write_json(list(source = source, values = values), "few_clusters.json", digits = I(16),
           auto_unbox = TRUE, pretty = 1)
