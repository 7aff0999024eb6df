"""A USSD application with Flask, in one file: `pip install flask`, `python3 flask_app.py`."""

import os
import re

from flask import Flask, Response, request

app = Flask(__name__)


@app.post("/ussd")
def ussd():
    """Everything typed so far comes in `text`, joined by `*`. Answer `CON ` or `END `, text/plain."""
    answers = request.form["text"].split("*") if request.form["text"] else []
    return Response(screen(answers, request.form["phoneNumber"]), mimetype="text/plain")


@app.post("/events")
@app.post("/delivery")
@app.post("/inbound")
@app.post("/optout")
def acknowledge():
    """End-of-session events, delivery reports and the like only want to be acknowledged."""
    return ""


def screen(answers, phone_number):
    if not answers:
        return "CON Welcome to Duka\n1. Airtime\n2. My number"
    if answers[0] == "2":
        return f"END Your number is {phone_number}"
    if answers[0] != "1":
        return "END No such choice"
    if len(answers) == 1:
        return "CON How much? (KES)"
    if re.fullmatch("[1-9][0-9]{0,3}", answers[1]):
        return f"END KES {answers[1]} of airtime is on its way"
    return "END That is no amount"


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", 3000)))
