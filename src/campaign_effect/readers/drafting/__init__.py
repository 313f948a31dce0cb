"""What a file's headers and cells tell about its questionnaire, each part with its guess."""
