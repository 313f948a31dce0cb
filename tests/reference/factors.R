source("scales_common.R"); suppressPackageStartupMessages(library(GPArotation))
# psych's and GPArotation's default stops leave loadings up to 9e-4 from the optimum: here they are run tighter.
quiet <- function(x) suppressWarnings(suppressMessages(x))
R <- cor(complete); n <- nrow(complete); values <- list(n = n)
mat <- function(M) unname(unclass(as.matrix(M)))
best <- function(rotate) {
  fits <- lapply(1:4, function(i) { set.seed(i); rotate(if (i == 1) diag(5) else qr.Q(qr(matrix(rnorm(25), 5)))) })
  fits[[which.min(sapply(fits, function(fit) fit$Table[nrow(fit$Table), 2]))]]
}
last <- function(fit) fit$Table[nrow(fit$Table), 2]
for (fm in c("minres", "ml", "pa")) {
  f <- quiet(fa(R, 5, n.obs = n, fm = fm, rotate = "none", max.iter = 20000, min.err = 1e-12)); L <- unclass(f$loadings)
  kaiser <- sqrt(rowSums(L^2)); A <- L / kaiser
  vm <- best(function(T) GPForth(A, Tmat = T, method = "varimax", eps = 1e-11, maxit = 5000)); V <- unclass(vm$loadings) * kaiser
  ob <- best(function(T) GPFoblq(L, Tmat = T, method = "oblimin", methodArgs = list(gam = 0), eps = 1e-11, maxit = 5000))
  ge <- best(function(T) GPFoblq(L, Tmat = T, method = "geomin", methodArgs = list(delta = .01), eps = 1e-7, maxit = 5000))
  qm <- best(function(T) GPForth(L, Tmat = T, method = "quartimax", eps = 1e-11, maxit = 5000))
  pm <- promax(V, m = 4)
  values[[fm]] <- list(none = mat(L), varimax = mat(V), varimax_criterion = last(vm), quartimax = mat(qm$loadings), quartimax_criterion = last(qm),
    oblimin = mat(ob$loadings), oblimin_phi = mat(ob$Phi), oblimin_criterion = last(ob),
    geomin = mat(ge$loadings), geomin_phi = mat(ge$Phi), geomin_criterion = last(ge),
    promax = mat(pm$loadings), promax_phi = mat(solve(t(pm$rotmat) %*% pm$rotmat)),
    fit = list(chi_square = f$STATISTIC, df = f$dof, p_value = f$PVAL, rmsea = unname(f$RMSEA[1]), rmsea_low = unname(f$RMSEA[2]),
               rmsea_high = unname(f$RMSEA[3]), tli = f$TLI, bic = f$BIC, rmsr = f$rms),
    reduced_eigenvalues = f$values)
}
values$eigenvalues <- eigen(R)$values
L <- values$pa$oblimin; P <- values$pa$oblimin_phi
scores <- function(method) mat(quiet(factor.scores(R, L, Phi = P, method = method)$weights))
stats <- quiet(factor.stats(R, L, P, n.obs = n))
values$oblique <- list(regression = scores("Thurstone"), bartlett = scores("Bartlett"), tenberge = scores("tenBerge"), validity = unname(stats$R2),
                       complexity = unname(stats$complexity), fit = list(chi_square = stats$STATISTIC, rmsr = stats$rms, tli = stats$TLI))
kmo <- KMO(R); bartlett <- cortest.bartlett(R, n = n); kmo_hs <- KMO(cor(hs)); bartlett_hs <- cortest.bartlett(cor(hs), n = nrow(hs))
values$adequacy <- list(kmo = kmo$MSA, items = unname(kmo$MSAi), chi_square = bartlett$chisq, df = bartlett$df)
values$adequacy_hs <- list(kmo = kmo_hs$MSA, items = unname(kmo_hs$MSAi), chi_square = bartlett_hs$chisq, df = bartlett_hs$df, p_value = bartlett_hs$p.value)
values$map <- vss(R, 8, rotate = "varimax", fm = "minres", n.obs = n, plot = FALSE)$map
set.seed(123); pa <- quiet(fa.parallel(complete, fa = "both", fm = "minres", n.iter = 100, quant = .95, plot = FALSE, error.bars = FALSE))
spread <- apply(pa$values, 2, sd); means <- colMeans(pa$values)
values$parallel <- list(n_draws = 100, columns = colnames(pa$values), means = unname(means), deviations = unname(spread), factor_eigenvalues = pa$fa.values,
                        component_eigenvalues = pa$pc.values)
h <- quiet(fa(hs, 3, fm = "ml", rotate = "none", max.iter = 1000)); values$hs_ml <- list(loadings = mat(h$loadings), fit = list(chi_square = h$STATISTIC, rmsea = unname(h$RMSEA[1]), tli = h$TLI, bic = h$BIC, p_value = h$PVAL))
write_reference(values, "factors.R", c("psych", "GPArotation"))
