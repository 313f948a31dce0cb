# Alignment of groups (Asparouhov & Muthen, 2014, https://doi.org/10.1080/10705511.2014.919210):
# lavaan's models of each group alone, then the paper's loss written out and minimised by optim
# from many random starts; errors by numeric derivatives of the minimum. Writes alignment.json.
source("sem_common.R")
eps <- 0.01
f <- function(x) sqrt(sqrt(x^2 + eps))
loss_of <- function(lambda, nu, item, n, alpha, logsd) {
  l <- lambda / exp(logsd)
  v <- nu - alpha * l[, item, drop = FALSE]
  total <- weight <- 0
  for (a in seq_along(n)) for (b in seq_along(n)) if (a < b) {
    w <- sqrt(n[a] * n[b])
    total <- total + w * (sum(f(l[a, ] - l[b, ])) + sum(f(v[a, ] - v[b, ])))
    weight <- weight + w
  }
  total / weight
}
minimum <- function(lambda, nu, item, n, free, starts = 30) {
  G <- length(n)
  unpack <- function(x) {
    alpha <- if (free) x[1:G] else c(0, x[1:(G - 1)])
    s <- tail(x, G - 1)
    list(alpha = alpha, logsd = c(s, -sum(s)))
  }
  objective <- function(x) { p <- unpack(x); loss_of(lambda, nu, item, n, p$alpha, p$logsd) }
  size <- (G - 1) * 2 + free
  best <- NULL
  for (i in seq_len(starts)) {
    start <- if (i == 1) rep(0, size) else rnorm(size, 0, 0.4)
    found <- optim(start, objective, method = "BFGS", control = list(maxit = 2000, reltol = 1e-14))
    if (is.null(best) || found$value < best$value) best <- found
  }
  best$unpack <- unpack; best$objective <- objective
  best
}
polish <- function(x, objective, h = 1e-4) {
  for (round in 1:6) {
    g <- sapply(seq_along(x), function(i) { e <- h * (seq_along(x) == i); (objective(x + e) - objective(x - e)) / (2 * h) })
    x <- x - solve(optimHess(x, objective, control = list(ndeps = rep(h, length(x)))), g)
  }
  x
}
align <- function(model, data, by, levels, factor, estimator, free = FALSE, ordered = NULL) {
  fits <- lapply(levels, function(level) {
    rows <- data[data[[by]] == level, ]
    if (is.null(ordered)) cfa(model, rows, std.lv = TRUE, meanstructure = TRUE, estimator = estimator)
    else cfa(model, rows, std.lv = TRUE, ordered = ordered, estimator = estimator, parameterization = "theta")
  })
  n <- sapply(fits, nobs)
  tables <- lapply(fits, parTable)
  loads <- which(tables[[1]]$op == "=~" & tables[[1]]$lhs == factor)
  items <- tables[[1]]$rhs[loads]
  places <- which(tables[[1]]$free > 0 & tables[[1]]$lhs %in% items & tables[[1]]$op %in% c("~1", "|"))
  item <- match(tables[[1]]$lhs[places], items)
  sd <- rep(1, length(items))
  if (is.null(ordered)) {
    variances <- sapply(levels, function(level) {
      rows <- data[data[[by]] == level, items]; diag(cov(rows)) * (nrow(rows) - 1) / nrow(rows) })
    sd <- sqrt(as.vector(variances %*% n) / sum(n))
  }
  sign <- ifelse(tables[[1]]$op[places] == "|", -1, 1)
  lambda <- t(sapply(tables, function(p) p$est[loads])) / rep(sd, each = length(n))
  nu <- t(sapply(tables, function(p) p$est[places] * sign)) / rep(sd[item], each = length(n))
  set.seed(1)
  best <- minimum(lambda, nu, item, n, free)
  x <- polish(best$par, best$objective)
  p <- best$unpack(x)
  # errors: how the minimum moves with each measure of each group, by the implicit function
  h <- 1e-4
  H <- optimHess(x, best$objective, control = list(ndeps = rep(h, length(x))))
  gradient <- function(l, v) sapply(seq_along(x), function(i) {
    e <- h * (seq_along(x) == i)
    up <- best$unpack(x + e); down <- best$unpack(x - e)
    (loss_of(l, v, item, n, up$alpha, up$logsd) - loss_of(l, v, item, n, down$alpha, down$logsd)) / (2 * h)
  })
  V <- matrix(0, length(x), length(x))
  for (g in seq_along(n)) {
    free_at <- tables[[g]]$free[c(loads, places)]
    scale <- c(1 / sd, sign / sd[item])
    own <- vcov(fits[[g]])[free_at, free_at] * outer(scale, scale)
    M <- sapply(seq_along(scale), function(j) {
      lu <- ld <- lambda; vu <- vd <- nu
      if (j <= length(items)) { lu[g, j] <- lu[g, j] + h; ld[g, j] <- ld[g, j] - h }
      else { q <- j - length(items); vu[g, q] <- vu[g, q] + h; vd[g, q] <- vd[g, q] - h }
      (gradient(lu, vu) - gradient(ld, vd)) / (2 * h)
    })
    moved <- -solve(H, M)
    V <- V + moved %*% own %*% t(moved)
  }
  G <- length(n)
  spread <- rbind(if (!free) 0, cbind(diag(G - 1 + free), matrix(0, G - 1 + free, G - 1)))
  l <- lambda / exp(p$logsd)
  v <- nu - p$alpha * l[, item, drop = FALSE]
  meanl <- colMeans(l); meanv <- colMeans(v)
  share <- function(given, left) { x <- 1 - apply(left, 2, var) / apply(given, 2, var); pmin(pmax(x, 0), 1) }
  list(levels = levels, n = n, items = items, loss = best$objective(x), means = p$alpha,
    sds = exp(p$logsd), mean_errors = sqrt(diag(spread %*% V %*% t(spread))),
    r2 = c(share(lambda, lambda - outer(exp(p$logsd), meanl)),
           share(nu, nu - rep(meanv, each = G) - outer(p$alpha, meanl[item]))))
}
n5 <- "N =~ N1+N2+N3+N4+N5"
used <- bfi[complete.cases(bfi[, c(paste0("N", 1:5), "education")]), ]
used$cell <- paste0("e", used$education, "g", used$gender)
values <- list(
  hs_visual = align(hs_model, hs, "school", c("Grant-White", "Pasteur"), "visual", "ML"),
  hs_speed = align(hs_model, hs, "school", c("Grant-White", "Pasteur"), "speed", "ML"),
  bfi_fixed = align(n5, used, "education", 1:5, "N", "MLR"),
  bfi_free = align(n5, used, "education", 1:5, "N", "MLR", free = TRUE),
  bfi_ten = align(n5, used, "cell", sort(unique(used$cell)), "N", "ML"),
  bfi_ordinal = align(n5, used, "education", 1:5, "N", "WLSMV", ordered = paste0("N", 1:5)))
write_reference(values, "alignment.R")
