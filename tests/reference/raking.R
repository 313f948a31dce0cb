# Raking in R's survey package: survey::rake, and survey::calibrate with bounds for trimming.
# Run from this folder: Rscript raking.R. Writes raking.json, which says who made it.
# Data: data/ces11.csv (carData::CES11), its first 600 rows; the margins are made up.
suppressPackageStartupMessages({ library(jsonlite); library(survey) })
data <- read.csv("data/ces11.csv", stringsAsFactors = TRUE)[1:600, ]
data$imp <- factor(data$imp)
N <- 10000
margins <- list(
  gender = data.frame(gender = c("Female", "Male"), Freq = c(.49, .51) * N),
  urban = data.frame(urban = c("rural", "urban"), Freq = c(.5, .5) * N),
  imp = data.frame(imp = levels(data$imp), Freq = c(.2, .15, .25, .4) * N))
rake_of <- function(weights) {
  design <- svydesign(ids = ~1, weights = weights, data = data)
  raked <- rake(design, list(~gender, ~urban, ~imp), unname(margins),
                control = list(maxit = 5000, epsilon = 1e-10, verbose = FALSE))
  unname(weights(raked))
}
total <- c(`(Intercept)` = N, genderMale = .51 * N, urbanurban = .5 * N,
           setNames(c(.15, .25, .4) * N, paste0("imp", levels(data$imp)[-1])))
trim_of <- function(most) {
  design <- svydesign(ids = ~1, weights = rep(N / nrow(data), nrow(data)), data = data)
  raked <- calibrate(design, ~gender + urban + imp, total, calfun = "raking",
                     bounds = c(0, most), epsilon = 1e-12, maxit = 5000)
  unname(weights(raked))
}
equal <- rake_of(rep(1, nrow(data)))
values <- list(equal = equal, design = rake_of(data$weight), trimmed = trim_of(2.2),
  levels = lapply(margins, function(m) as.character(m[[1]])),
  targets = lapply(margins, function(m) m$Freq),
  largest = max(equal) / mean(equal))
versions <- lapply(setNames(nm = c("survey", "jsonlite")),
                   function(name) as.character(packageVersion(name)))
source <- list(script = "raking.R", R = R.version.string, packages = versions,
               data = "data/ces11.csv (carData::CES11), its first 600 rows; margins made up")
write_json(list(source = source, values = values), "raking.json", digits = I(16),
           auto_unbox = TRUE)
