"""mpesakit, a public Daraja client for Python, against the sandbox: every conversation it has with
the parts of Daraja that the sandbox simulates. What Daraja tells of a push is read by mpesakit as well.

BASE_URL is the sandbox, PHONE a number of 12 digits, CERTIFICATE the sandbox's certificate. Prints
what was told as JSON.
"""

import base64
import json
import os
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from mpesakit import MpesaClient
from mpesakit.b2c import B2CCommandIDType
from mpesakit.c2b.schemas import C2BValidationRequest as C2BPayment  # confirmations look the same
from mpesakit.errors import MpesaApiException

BASE_URL, PHONE = os.environ["BASE_URL"], os.environ["PHONE"]
SHORTCODE = 174379
PASSKEY = "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919"

client = MpesaClient("any key", "any secret", environment="sandbox")
# The base URL is all that is changed.
client.http_client.base_url = BASE_URL

told = queue.Queue()


class Callbacks(BaseHTTPRequestHandler):
    """Takes what Daraja tells, and accepts it."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        answer = json.dumps({"ResultCode": "0", "ResultDesc": "Accepted"}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        # Last, so that the program cannot end before the answer is out.
        told.put((self.path, json.loads(body)))

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Callbacks)
threading.Thread(target=server.serve_forever, daemon=True).start()
OWN_URL = f"http://127.0.0.1:{server.server_port}"


def next_told(path):
    """What is told next at a path; anything else that comes first is put back."""
    deadline, others = time.monotonic() + 30, []
    while time.monotonic() < deadline:
        where, body = told.get(timeout=max(0.1, deadline - time.monotonic()))
        if where == path:
            for other in others:
                told.put(other)
            return body
        others.append((where, body))
    raise TimeoutError(f"nothing came to {path}")


# Daraja wants the password encrypted as it is. (mpesakit's own helper puts the time behind it.)
certificate = x509.load_pem_x509_certificate(open(os.environ["CERTIFICATE"], "rb").read())
credential = base64.b64encode(
    certificate.public_key().encrypt(b"Sandbox2026#", padding.PKCS1v15())
).decode()
operator = {"security_credential": credential, "result_url": OWN_URL + "/result", "queue_timeout_url": OWN_URL + "/timeout"}

# URLs for payments to the paybill, first: a paid push is confirmed there, too.
registered = client.c2b.register_url(SHORTCODE, "Completed", OWN_URL + "/confirm", OWN_URL + "/validate")
assert registered.is_successful()

# STK push, its callback, its query.
push = client.stk_push(
    SHORTCODE, "CustomerPayBillOnline", 100, PHONE, str(SHORTCODE), PHONE,
    OWN_URL + "/stk", "INV-1", "Lunch", passkey=PASSKEY,
)
assert push.is_successful()
paid = client.process_stk_callback(next_told("/stk"))
assert paid.is_successful and paid.Body.stkCallback.CheckoutRequestID == push.CheckoutRequestID
asked = client.stk_query(SHORTCODE, push.CheckoutRequestID, passkey=PASSKEY)
assert asked.is_successful()
confirmed = C2BPayment.model_validate(next_told("/confirm"))
assert confirmed.TransID == paid.mpesa_receipt_number

# A payout, and the same id once more.
payout = dict(
    originator_conversation_id="payout-1", initiator_name="testapi", command_id=B2CCommandIDType.BusinessPayment,
    amount=50, party_a=str(SHORTCODE), party_b=PHONE, remarks="Winnings", **operator,
)
assert client.b2c.send_payment(**payout).is_successful()
# Results by hand: mpesakit reads their parameters as a bare list, which is not what the portal shows.
sent = next_told("/result")["Result"]
assert sent["ResultCode"] == 0 and sent["OriginatorConversationID"] == "payout-1"
try:
    client.b2c.send_payment(**payout)
    raise AssertionError("the same id twice")
except MpesaApiException as error:
    duplicate = error.error.error_message

# What became of it, what there is, and the first payment back.
assert client.transactions.query_status(
    initiator="testapi", transaction_id=sent["TransactionID"], party_a=SHORTCODE, identifier_type=4,
    remarks="Check", **operator,
).is_successful()
status = next_told("/result")["Result"]
assert client.balance.query(
    initiator="testapi", command_id="AccountBalance", party_a=SHORTCODE, identifier_type=4, remarks="Check", **operator,
).is_successful()
balance = next_told("/result")["Result"]
assert client.reversal.reverse(
    initiator="testapi", transaction_id=paid.mpesa_receipt_number, amount=100, receiver_party=SHORTCODE,
    remarks="Sent in error", **operator,
).is_successful()
reversal = next_told("/result")["Result"]

print(json.dumps({
    "checkout": push.CheckoutRequestID,
    "receipt": paid.mpesa_receipt_number,
    "query": str(asked.ResultCode),
    "payout": sent["TransactionID"],
    "duplicate": duplicate,
    "status": status,
    "balance": balance,
    "reversal": reversal,
}))
