#!/usr/bin/env python3
"""Turns TAT-QA (https://nextplusplus.github.io/TAT-QA/, CC BY 4.0) into a folder of documents and questions for the sample CompareEncoders.
usage: tatqa_documents.py tatqa_dataset_dev.json OUT
OUT/documents has a text file for the paragraphs of each report; OUT/questions.csv has the questions whose answers stand in a text, and the file."""
import csv
import json
import os
import sys

if len(sys.argv) != 3:
    sys.exit(__doc__)
reports = json.load(open(sys.argv[1], encoding="utf-8"))
documents = os.path.join(sys.argv[2], "documents")
os.makedirs(documents)
with open(os.path.join(sys.argv[2], "questions.csv"), "w", newline="", encoding="utf-8") as out:
    questions = csv.writer(out)
    questions.writerow(["question", "document"])
    for number, report in enumerate(reports):
        name = f"report-{number:03d}.txt"
        paragraphs = sorted(report["paragraphs"], key=lambda paragraph: paragraph["order"])
        with open(os.path.join(documents, name), "w", encoding="utf-8") as text:
            text.write("\n\n".join(paragraph["text"] for paragraph in paragraphs) + "\n")
        for question in report["questions"]:
            if question["answer_from"] == "text":
                questions.writerow([question["question"], name])
