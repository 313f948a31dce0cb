# Few villages in R, for every model: the jackknife by refitting packages' models without each
# cluster, score bootstraps and effective clusters from log-likelihoods written out, with
# derivatives by differences.
# Run from this folder: Rscript panels.R. Writes panels.json, which says who made it.
# Data: chile_yn.csv (carData::Chile), its 12 largest communities.
suppressPackageStartupMessages({
  library(jsonlite); library(ordinal); library(nnet); library(VGAM); library(brglm2)
  library(lme4); library(numDeriv)
})
exact <- list(epsilon = 1e-14, maxit = 100)
chile <- read.csv("data/chile_yn.csv", stringsAsFactors = TRUE)
chile$edu <- factor(chile$education, levels = c("P", "S", "PS"))
chile$male <- as.integer(chile$sex == "M")
chile$decades <- chile$age / 10
largest <- names(sort(table(chile$comm), decreasing = TRUE))[1:12]
twelve <- droplevels(chile[chile$comm %in% largest, ])
twelve$id <- as.integer(twelve$comm)
twelve <- twelve[order(twelve$id), ]
twelve$share <- (twelve$statusquo - min(twelve$statusquo)) / diff(range(twelve$statusquo))
groups <- unique(twelve$id)

# --- The jackknife: deviations of the refits from the fit of all, (G - 1) / G times squares
jackknife <- function(estimate) {
  all <- estimate(twelve)
  without <- sapply(groups, function(g) estimate(twelve[twelve$id != g, ]))
  G <- length(groups)
  list(b = unname(all), se = unname(sqrt((G - 1) / G * rowSums((without - all)^2))))
}
binary <- y ~ male + decades + statusquo
probit <- function(data) coef(glm(binary, binomial("probit"), data, control = exact))
fractional <- function(data)
  coef(glm(share ~ male + decades, quasibinomial, data, control = exact))
firth <- function(data)
  coef(glm(binary, binomial, data, method = "brglmFit", type = "AS_mean", epsilon = 1e-12, maxit = 500))
ordered_of <- function(link) function(data) {
  fit <- clm(edu ~ male + decades + statusquo, data = data, link = link,
             control = clm.control(gradTol = 1e-12, maxIter = 100))
  c(fit$beta, fit$alpha)
}
multinomial <- function(data) {
  fit <- multinom(edu ~ male + decades + statusquo, data, trace = FALSE, reltol = 1e-16, abstol = 1e-16, maxit = 2000)
  c(t(coef(fit)))
}
partial <- function(data) {  # VGAM: P(Y > j), male free
  fit <- vglm(edu ~ male + decades + statusquo, cumulative(parallel = FALSE ~ male, reverse = TRUE), data,
              control = vglm.control(epsilon = 1e-14, maxit = 100))
  b <- coef(fit)
  c(b[c("decades", "statusquo", "male:1", "male:2")], -b[1:2])
}
mixed <- function(data) {
  fit <- glmer(y ~ male + decades + (1 | id), data, binomial, nAGQ = 25,
               control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 1e-3, rhoend = 1e-9)))
  c(fixef(fit), getME(fit, "theta"))
}

# --- Log-likelihoods of rows, written out
X <- model.matrix(~ male + decades + statusquo, twelve)
Z <- X[, -1]
y <- twelve$y
k <- as.integer(twelve$edu)
rows <- list(
  probit = function(b) pnorm((2 * y - 1) * drop(X %*% b), log.p = TRUE),
  ordered_logit = function(b) {
    cuts <- c(-Inf, b[4:5], Inf)
    eta <- drop(Z %*% b[1:3])
    log(plogis(cuts[k + 1] - eta) - plogis(cuts[k] - eta))
  },
  multinomial = function(b) {
    eta <- cbind(0, X %*% matrix(b, 4))
    eta[cbind(seq_along(k), k)] - log(rowSums(exp(eta)))
  }
)
M <- model.matrix(~ male + decades, twelve)
grid <- seq(-9, 9, length.out = 361)  # the trapezoid rule converges at once on a smooth tail
cluster_of <- function(name) {
  if (name != "mixed") return(function(b) tapply(rows[[name]](b), twelve$id, sum))
  function(b) {
    eta <- outer(drop(M %*% b[-length(b)]), b[length(b)] * grid, "+")
    logs <- rowsum(plogis((2 * y - 1) * eta, log.p = TRUE), twelve$id)
    terms <- sweep(logs, 2, dnorm(grid, log = TRUE), "+")
    top <- apply(terms, 1, max)
    top + log(rowSums(exp(terms - top)) * (grid[2] - grid[1]))
  }
}

# --- The score bootstrap with every vector of signs
signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), 12)))
restricted <- function(logs, start, j) {
  theta <- start
  theta[j] <- 0
  free <- seq_along(start)[-j]
  value <- function(part) { theta[free] <- part; sum(logs(theta)) }
  part <- start[free]
  for (step in 1:15) {
    change <- solve(-hessian(value, part), grad(value, part))
    part <- part + change
    if (max(abs(change)) < 1e-6) break  # the next step would be about its square
  }
  theta[free] <- part
  theta
}
score <- function(name, start, terms) {
  logs <- cluster_of(name)
  lapply(setNames(terms, terms), function(j) {
    theta <- restricted(logs, start, j)
    information <- -hessian(function(b) sum(logs(b)), theta)
    psi <- drop(jacobian(logs, theta) %*% solve(information)[, j])
    t_of <- function(e) sum(e) / sqrt(sum((e - mean(e))^2))
    t <- apply(signs, 1, function(w) t_of(psi * w))
    list(j = j, t = t_of(psi), p = mean(abs(t) >= abs(t_of(psi)) - 1e-7))
  })
}
# --- CR0 of the mixed model: scores of clusters on either side of the inverse information
sandwich_of <- function(name, estimate) {
  logs <- cluster_of(name)
  bread <- solve(-hessian(function(b) sum(logs(b)), estimate))
  scores <- jacobian(logs, estimate)
  list(classic = sqrt(diag(bread)), cr0 = sqrt(diag(bread %*% crossprod(scores) %*% bread)))
}

models <- list(probit = probit, fractional = fractional, firth = firth, ordered_logit = ordered_of("logit"),
               ordered_probit = ordered_of("probit"), multinomial = multinomial, partial = partial,
               mixed = mixed)
values <- list(jackknife = lapply(models, jackknife))
b <- lapply(values$jackknife, `[[`, "b")
values$score <- list(
  probit = score("probit", b$probit, 2:4), ordered_logit = score("ordered_logit", b$ordered_logit, 1:3),
  multinomial = score("multinomial", b$multinomial, 2:4))
values$mixed <- sandwich_of("mixed", b$mixed)
packages <- c("ordinal", "nnet", "VGAM", "brglm2", "lme4", "numDeriv", "jsonlite")
versions <- lapply(setNames(nm = packages), function(name) as.character(packageVersion(name)))
source <- list(script = "panels.R", R = R.version.string, packages = versions,
               data = "data/chile_yn.csv (carData::Chile)")
write_json(list(source = source, values = values), "panels.json", digits = I(16),
           auto_unbox = TRUE, pretty = 1)
