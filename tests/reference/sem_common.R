# Shared by the model references: fitting by lavaan, and keeping only what tests compare.
# Run the scripts from this folder, e.g. `Rscript sem_continuous.R`; each writes a .json.
suppressPackageStartupMessages({ library(lavaan); library(jsonlite) })
hs <- read.csv("data/hs.csv")
bfi <- read.csv("data/bfi.csv")
bfi_items <- names(bfi)[1:25]
bfi_complete <- bfi[complete.cases(bfi[, bfi_items]), ]
hs_items <- paste0("x", 1:9)
hs_model <- "visual =~ x1+x2+x3
textual =~ x4+x5+x6
speed =~ x7+x8+x9"
bfi_model <- paste(sapply(c("A", "C", "E", "N", "O"), function(f)
  paste0(f, " =~ ", paste0(f, 1:5, collapse = "+"))), collapse = "\n")
kept_measures <- c("npar", "fmin", "chisq", "df", "pvalue", "baseline.chisq", "baseline.df",
  "cfi", "tli", "logl", "aic", "bic", "bic2", "srmr", "rmsea", "rmsea.ci.lower",
  "rmsea.ci.upper", "rmsea.pvalue", "chisq.scaled", "df.scaled", "pvalue.scaled",
  "chisq.scaling.factor", "baseline.chisq.scaled", "cfi.scaled", "tli.scaled",
  "rmsea.scaled", "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled", "rmsea.pvalue.scaled",
  "cfi.robust", "tli.robust", "rmsea.robust", "rmsea.ci.lower.robust",
  "rmsea.ci.upper.robust", "rmsea.pvalue.robust")
kept_fit <- function(fit, mi = 0, std = TRUE) {
  estimates <- as.data.frame(parameterEstimates(fit, remove.nonfree = FALSE, ci = FALSE))
  if (!std) estimates <- estimates[estimates$se > 0, ]
  group <- if (is.null(estimates$group)) rep(1, nrow(estimates)) else estimates$group
  kept <- list(parameters = list(lhs = estimates$lhs, op = estimates$op, rhs = estimates$rhs,
    group = group, est = estimates$est, se = estimates$se))
  if (std) {
    standard <- as.data.frame(standardizedSolution(fit, ci = FALSE))
    if (is.null(standard$group)) standard$group <- 1
    kept$standardised <- list(lhs = standard$lhs, op = standard$op, rhs = standard$rhs,
      group = standard$group, est = standard$est.std, se = standard$se)
  }
  measures <- fitMeasures(fit)
  kept$measures <- as.list(unclass(measures)[intersect(kept_measures, names(measures))])
  if (mi > 0) {
    found <- as.data.frame(modindices(fit, sort. = TRUE, maximum.number = mi))
    if (is.null(found$group)) found$group <- 1
    kept$modification <- as.list(found[c("lhs", "op", "rhs", "group", "mi", "epc", "sepc.lv", "sepc.all")])
  }
  kept
}
write_reference <- function(values, script) {
  packages <- c("lavaan", "semTools")
  versions <- sapply(packages, function(name) as.character(packageVersion(name)))
  source <- list(script = script, R = R.version.string, packages = as.list(versions),
                 data = "data/hs.csv (lavaan::HolzingerSwineford1939), data/bfi.csv (psychTools::bfi)")
  write_json(list(source = source, values = values), sub("[.]R$", ".json", script),
             digits = I(12), auto_unbox = TRUE, na = "null", dataframe = "columns")
}
