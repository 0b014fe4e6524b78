"""Python runs this when it starts: the clock of the whole process is the one that the proof asks for."""

import os

import time_machine

if os.environ.get("PROOF_CLOCK"):
    time_machine.travel(os.environ["PROOF_CLOCK"], tick=True).start()
