#!/usr/bin/env python3
"""Modbus slaves made of pymodbus, for tests: slave.py tcp PORT | slave.py rtu DEVICE.

Prints "ready" when it answers. Each line on standard input is a command in JSON; "ok" follows when it is done:
  {"unit": 1, "input": {"0": 42}}     registers or bits (input, holding, coil, discrete); a slave has only what was set
  {"unit": 1, "delay": 0.5}           seconds before each answer
  {"unit": 1, "exception": 4}         refuses everything (null: no more)
  {"unit": 1, "mute": true}           hears and says nothing
  {"unit": 1, "counter": 100}         this input register counts how often it is read
  {"unit": 1, "watches": [9, 101]}    this input register counts what unit 9 is asked, be there such a slave or not
  {"unit": 1, "stuck": true}          takes what is written and stays as it is
  {"unit": 1, "moves": {"3": 5}}      discrete input 5 follows coil 3, as a limit switch its valve
  {"unit": 1, "refuses": {"5": 1}}    answers function 5 with exception 1
  {"unit": 1, "ask": "asked"}         not "ok": all it was asked so far, as [function, address] each
  {"unit": 1, "ask": "written"}       not "ok": all that was written so far, as [function, address, value] each
"""
import asyncio
import json
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server import async_io
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

TABLES = {"discrete": "d", "coil": "c", "input": "i", "holding": "h"}


class Table(ModbusSparseDataBlock):
    counter = None

    def getValues(self, address, count=1):
        if self.counter is not None and address <= self.counter < address + count:
            self.values[self.counter] = (self.values[self.counter] + 1) & 0xFFFF
        return super().getValues(address, count)


class Slave(ModbusSlaveContext):
    def __init__(self):
        self.tables = {key: Table({70000: 0}) for key in TABLES.values()}
        super().__init__(di=self.tables["d"], co=self.tables["c"], ir=self.tables["i"], hr=self.tables["h"], zero_mode=True)
        self.delay = 0
        self.exception = None
        self.mute = False
        self.stuck = False
        self.moves = {}
        self.refuses = {}
        self.asked = []
        self.written = []

    def setValues(self, fc_as_hex, address, values):
        self.written.append([fc_as_hex, address, int(values[0])])
        if self.stuck:
            return
        super().setValues(fc_as_hex, address, values)
        if fc_as_hex in (5, 15) and str(address) in self.moves:
            self.tables["d"].values[self.moves[str(address)]] = int(values[0])


slaves = {}
watched = {}
context = ModbusServerContext(single=False)
answer = async_io.ModbusBaseRequestHandler.execute


def execute(self, request, *address):
    if request.unit_id in watched:
        watcher, register = watched[request.unit_id]
        watcher.tables["i"].values[register] += 1
    slave = slaves.get(request.unit_id)
    if slave is None:
        return
    slave.asked.append([request.function_code, request.address])
    if slave.mute:
        return
    exception = slave.exception or slave.refuses.get(str(request.function_code))
    if exception:
        response = request.doException(exception)
        response.transaction_id, response.unit_id = request.transaction_id, request.unit_id
        asyncio.get_running_loop().call_later(slave.delay, self.send, response, *address)
    elif slave.delay:
        asyncio.get_running_loop().call_later(slave.delay, answer, self, request, *address)
    else:
        answer(self, request, *address)


async_io.ModbusBaseRequestHandler.execute = execute


def obey(slave, command):
    for key, value in command.items():
        if key in TABLES:
            slave.tables[TABLES[key]].values.update({int(a): v for a, v in value.items()})
        elif key == "counter":
            slave.tables["i"].counter = value
            slave.tables["i"].values[value] = 0
        elif key == "watches":
            watched[value[0]] = slave, value[1]
            slave.tables["i"].values[value[1]] = 0
        else:
            setattr(slave, key, value)


async def main():
    loop = asyncio.get_running_loop()
    if sys.argv[1] == "tcp":
        server = async_io.ModbusTcpServer(
            context, framer=ModbusSocketFramer, address=("127.0.0.1", int(sys.argv[2])), allow_reuse_address=True, ignore_missing_slaves=True)
        serving = asyncio.create_task(server.serve_forever())
        await server.serving
    else:
        server = async_io.ModbusSerialServer(
            context, framer=ModbusRtuFramer, port=sys.argv[2], baudrate=9600, ignore_missing_slaves=True, auto_reconnect=True, reconnect_delay=1)
        await server.start()
        serving = asyncio.create_task(server.serve_forever())
    print("ready", flush=True)
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        command = json.loads(line)
        unit = command.pop("unit")
        if unit not in slaves:
            slaves[unit] = context[unit] = Slave()
        asked = command.pop("ask", None)
        obey(slaves[unit], command)
        print(json.dumps(getattr(slaves[unit], asked)) if asked else "ok", flush=True)
    serving.cancel()


asyncio.run(main())
