# Shared by the scale references: the data, and writing a JSON that says who made it.
# Run the scripts from this folder, e.g. `Rscript alpha.R`; each writes the .json of its name.
suppressPackageStartupMessages({ library(jsonlite); library(psych) })
bfi <- read.csv("data/bfi.csv")[, 1:25]
complete <- bfi[complete.cases(bfi), ]
hs <- read.csv("data/hs.csv")[, paste0("x", 1:9)]
scales <- list(
  A = c("-A1", "A2", "A3", "A4", "A5"), C = c("C1", "C2", "C3", "-C4", "-C5"),
  E = c("-E1", "-E2", "E3", "E4", "E5"), N = paste0("N", 1:5),
  O = c("O1", "-O2", "O3", "O4", "-O5")
)
turned <- function(answers, items) {
  names <- sub("^-", "", items)
  answers <- answers[, names]
  for (name in names[grepl("^-", items)]) answers[[name]] <- 7 - answers[[name]]
  answers
}
write_reference <- function(values, script, packages) {
  versions <- sapply(packages, function(name) as.character(packageVersion(name)))
  source <- list(script = script, R = R.version.string, packages = as.list(versions),
                 data = "data/bfi.csv (psychTools::bfi), data/hs.csv (lavaan::HolzingerSwineford1939)")
  write_json(list(source = source, values = values), sub("[.]R$", ".json", script),
             digits = I(15), auto_unbox = TRUE, matrix = "rowmajor", dataframe = "columns")
}
