# Checks of weighted regressions in R's survey: link test, RESET, mean residuals by groups (Archer
# and Lemeshow's F), area under the curve, variance inflation as Liao and Valliant (2012) and Cook's
# distance. Run from this folder: Rscript weighted_checks.R. Writes weighted_checks.json, which says who made
# it. Data: ces11.csv (carData::CES11), api1.csv (survey::apiclus1), with weights, strata and
# populations as in weights.R.
suppressPackageStartupMessages({ library(jsonlite); library(survey) })
ces <- read.csv("data/ces11.csv")
ces$w <- ces$weight / mean(ces$weight)
api <- read.csv("data/api1.csv")
api$w <- api$pw * (1 + (seq_len(nrow(api)) %% 3) / 2)
api$half <- api$dnum %% 2
api$villages <- ifelse(api$half == 1, 60, 40)
designs <- list(
  strata = svydesign(ids = ~1, strata = ~province, weights = ~w, data = ces),
  units = svydesign(ids = ~dnum, strata = ~half, weights = ~w, fpc = ~villages, data = api),
  clusters = svydesign(ids = ~dnum, weights = ~w, data = api))

svy <- function(formula, design, family = quasibinomial()) {
  once <- function(start) svyglm(formula, design, family = family, start = start,
                                 epsilon = 1e-14, maxit = 100)
  once(coef(once(NULL)))
}
test_of <- function(fit, terms) {
  found <- regTermTest(fit, terms, method = "Wald", df = fit$df.residual)
  list(F = c(found$Ftest), df = found$df, df_2 = found$ddf, p = c(found$p))
}
with_columns <- function(design, ...) do.call(update, c(list(design), list(...)))
link_of <- function(fit, design) {
  wider <- with_columns(design, eta2 = as.vector(predict(fit, type = "link"))^2)
  test_of(svy(update(formula(fit), . ~ . + eta2), wider), ~eta2)
}
reset_of <- function(fit, formula, design) {
  f <- as.vector(scale(fitted(fit)))
  wider <- with_columns(design, f2 = f^2, f3 = f^3)
  test_of(svy(update(formula, . ~ . + f2 + f3), wider, gaussian()), ~f2 + f3)
}

# Groups end at survey's quantiles. The residuals of each are averaged with the model fitted again
# for every change of a weight: the covariance of their totals by derivatives in the weights
# (Demnati and Rao, 2004), which know that the model is estimated.
mean_residuals <- function(fit, design) {
  f <- degf(design)
  n_groups <- min(10, (f + 2) %/% 2)
  X <- model.matrix(fit); y <- as.vector(fit$y); mu <- as.vector(fitted(fit)); w <- weights(design)
  own <- with_columns(design, mu = mu)
  ends <- svyquantile(~mu, own, seq_len(n_groups - 1) / n_groups, qrule = "math", ci = FALSE)
  group <- findInterval(mu, unique(as.vector(ends$mu)), left.open = TRUE)
  totals <- tapply(w, group, sum)
  means <- function(w) {
    again <- suppressWarnings(glm.fit(X, y, w, start = coef(fit), family = binomial(),
                                      control = list(epsilon = 1e-15, maxit = 100)))
    r <- y - again$fitted.values
    (tapply(w * r, group, sum) / totals)[-length(totals)]
  }
  Z <- t(sapply(seq_along(w), function(i) {
    e <- replace(numeric(length(w)), i, w[i] * 1e-3)
    (means(w + e) - means(w - e)) / (2 * e[i])
  }))
  colnames(Z) <- paste0("z", seq_len(ncol(Z)))
  made <- do.call(with_columns, c(list(design), as.list(as.data.frame(Z))))
  M <- means(w)
  q <- length(M)
  W <- c(M %*% solve(vcov(svytotal(reformulate(colnames(Z)), made)), M))
  F <- (f - q + 1) / (f * q) * W
  list(F = F, df = q, df_2 = f - q + 1, p = pf(F, q, f - q + 1, lower.tail = FALSE),
       n = as.vector(table(group)), mean = unname(M))
}

# The variance of a weighted estimate by its derivatives in the weights (Demnati and Rao, 2004).
area <- function(y, mu, w) {
  pairs <- outer(mu[y == 1], mu[y == 0], function(a, b) (a > b) + (a == b) / 2)
  c(w[y == 1] %*% pairs %*% w[y == 0]) / (sum(w[y == 1]) * sum(w[y == 0]))
}
area_of <- function(fit, design) {
  y <- as.vector(fit$y); mu <- as.vector(fitted(fit)); w <- weights(design)
  z <- sapply(seq_along(w), function(i) {
    h <- w[i] * 1e-4
    e <- replace(numeric(length(w)), i, h)
    (area(y, mu, w + e) - area(y, mu, w - e)) / (2 * h)
  })
  own <- with_columns(design, z = z)
  list(auc = area(y, mu, w), se = unname(SE(svytotal(~z, own))))
}

# The variance of a coefficient over that of its term alone, with the model's residuals.
inflation_of <- function(fit, design, places) {
  X <- model.matrix(fit)
  w <- weights(design)
  v <- if (fit$family$family == "gaussian") rep(1, length(w)) else fitted(fit) * (1 - fitted(fit))
  r <- as.vector(fit$y) - as.vector(fitted(fit))
  sapply(places, function(at) {
    own <- X[, at, drop = FALSE]
    own <- sweep(own, 2, colSums(w * v * own) / sum(w * v))
    Z <- r * own %*% solve(crossprod(own, w * v * own))
    colnames(Z) <- paste0("z", seq_len(ncol(Z)))
    made <- do.call(with_columns, c(list(design), as.list(as.data.frame(Z))))
    alone <- vcov(svytotal(reformulate(colnames(Z)), made))
    det(vcov(fit)[at, at, drop = FALSE]) / det(as.matrix(alone))
  })
}

# Leave out each answer of a linear model, by the covariance of answers drawn one by one.
cook_of <- function(formula) {
  alone <- svydesign(ids = ~1, weights = ~w, data = api)
  V <- vcov(svyglm(formula, alone))
  full <- lm(formula, api, weights = w)
  sapply(seq_len(nrow(api)), function(i) {
    moved <- coef(full) - coef(lm(formula, api[-i, ], weights = w))
    c(moved %*% solve(V, moved)) / length(moved)
  })
}

logits <- list(strata = svy(ab ~ imp + gender + urban, designs$strata),
               units = svy(y ~ ell + meals + api99, designs$units),
               clusters = svy(y ~ ell + meals + api99, designs$clusters))
linear <- api99 ~ ell + meals
line <- svy(linear, designs$units, gaussian())
typed <- svy(y ~ stype + meals + api99, designs$units)
values <- list(
  link = Map(link_of, logits, designs),
  reset = reset_of(line, linear, designs$units),
  mean_residual = Map(mean_residuals, logits[2:3], designs[2:3]),
  area = Map(area_of, logits[2:3], designs[2:3]),
  inflation = list(strata = inflation_of(logits$strata, designs$strata, list(2, 3, 4)),
                   units = inflation_of(logits$units, designs$units, list(2, 3, 4)),
                   line = inflation_of(line, designs$units, list(2, 3)),
                   typed = inflation_of(typed, designs$units, list(2:3, 4, 5))),
  cook = cook_of(linear))
versions <- lapply(setNames(nm = c("survey", "jsonlite")),
                   function(name) as.character(packageVersion(name)))
source <- list(script = "weighted_checks.R", R = R.version.string, packages = versions,
               data = "data/ces11.csv (carData::CES11), data/api1.csv (survey::apiclus1)")
write_json(list(source = source, values = values), "weighted_checks.json", digits = I(16),
           auto_unbox = TRUE)
