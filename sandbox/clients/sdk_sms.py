"""Africa's Talking's own SDK for Python, against the sandbox: SMS of every kind, and fetching.

BASE_URL is the sandbox, PHONE and OTHER_PHONE two numbers. Prints what came back as JSON.
"""

import hashlib
import json
import os

import africastalking

BASE_URL = os.environ["BASE_URL"]
PHONE, OTHER_PHONE = os.environ["PHONE"], os.environ["OTHER_PHONE"]

africastalking.initialize("sandbox", "any key")
# The base URL is all that is changed; the SDK derives both from the user name and has no setting.
for service in (africastalking.SMS, africastalking.Application):
    service._baseUrl = BASE_URL + "/version1"
    service._contentUrl = BASE_URL + "/version1"
sms = africastalking.SMS

masked = hashlib.sha256(PHONE.lstrip("+").encode()).hexdigest()
answers = {
    "bulk": sms.send("To both of you", [PHONE, OTHER_PHONE], sender_id="DEMO"),
    "queued": sms.send("Later", [PHONE], enqueue=True),
    "premium": sms.send_premium("You asked", "22384", [PHONE], keyword="quiz", link_id="link-1"),
    "masked": sms.send_hashed("By hash", masked, "DEMO"),
    "stranger": sms.send("Nobody", ["+255712345678"]),
    "received": sms.fetch_messages(last_received_id=0),
    "later": sms.fetch_messages(last_received_id=1),
    "account": africastalking.Application.fetch_application_data(),
}
# A phone that sends several messages on its own thread is told of each by the callback.
told = []
sms.send("On a thread", [PHONE], callback=lambda error, data: told.append((str(error), data))).join()
answers["thread"] = told[0][1]

sms._headers["apiKey"] = ""
try:
    sms.send("Without a key", [PHONE])
except africastalking.Service.AfricasTalkingException as error:
    answers["refused"] = str(error)
print(json.dumps(answers))
