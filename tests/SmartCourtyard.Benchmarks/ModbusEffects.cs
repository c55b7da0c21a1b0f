using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Benchmarks;

/// <summary>
/// Publish of a smoke message → the siren's coil, as a slave over TCP on loopback sees it, on a bus that is polled every second
/// meanwhile; beside a bare client that passes a message on over the same broker.
/// </summary>
internal static class ModbusEffects
{
    private const int WarmUp = 50;

    public static async Task<int> RunAsync(int alarms, int runs)
    {
        Figures.PrintHeader("smoke message → siren's coil over Modbus TCP");
        var (product, floor) = (new List<Figures>(), new List<Figures>());
        for (var run = 0; run < runs; run++)
        {
            await using var slave = new Coils();
            var site = TestSite.Of(alarms + WarmUp, "smoke-detector", "siren");
            var coil = 0;
            await using var estate = await Estate.StartAsync(site with
            {
                Devices =
                [
                    .. site.Devices.Select(d => d.Class != "siren" ? d : d with
                    {
                        Speaks = string.Create(CultureInfo.InvariantCulture, $"{{ modbus: {{ tcp: \"127.0.0.1:{slave.Port}\", unit: 1, output: {{ coil: {coil++} }} }} }}"),
                    }),
                ],
            });
            // At the start each siren is told to rest.
            await Eventually.TrueAsync(() => slave.Written(on: false).Count == coil, TimeSpan.FromSeconds(30), () => "the sirens are told to rest");
            var detectors = estate.Site.Devices.Where(d => d.Class == "smoke-detector").ToList();
            var smoke = """{"battery":100,"linkquality":134,"smoke":true}"""u8.ToArray();
            var sent = await Sending.AlarmsAsync(estate, WarmUp + alarms, i => (detectors[i].Topic, smoke));
            var sounding = slave.Written(on: true);
            await Eventually.TrueAsync(() => sent.Keys.All(sounding.ContainsKey), TimeSpan.FromSeconds(20), () => $"{sounding.Count} of {sent.Count} sound");
            product.Add(new Figures("product: publish → coil written", [.. Enumerable.Range(WarmUp, alarms).Select(i => Sending.Milliseconds(sent[i], sounding[i]))]));
            floor.Add(await Effects.FloorAsync(estate, alarms));
        }

        Figures.PrintBeside(product, floor);
        return 0;
    }

    /// <summary>A Modbus TCP slave that knows coils (functions 1 and 5) and remembers when each was first written.</summary>
    private sealed class Coils : IAsyncDisposable
    {
        private const int Header = 7;
        private const int ReadCoils = 1;

        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentDictionary<int, long> _on = new();
        private readonly ConcurrentDictionary<int, long> _off = new();
        private readonly bool[] _coils = new bool[65_536];
        private readonly Task _serving;

        public Coils()
        {
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _serving = ServeAsync();
        }

        public int Port { get; }

        public ConcurrentDictionary<int, long> Written(bool on) => on ? _on : _off;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task ServeAsync()
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                client.NoDelay = true;
                try
                {
                    await AnswerAsync(client.GetStream());
                }
                catch (IOException)
                {
                    // The gateway has gone.
                }
            }
        }

        private async Task AnswerAsync(NetworkStream stream)
        {
            var frame = new byte[260];
            while (await stream.ReadAtLeastAsync(frame.AsMemory(0, Header), Header, throwOnEndOfStream: false, _stop.Token) == Header)
            {
                var length = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(4)) - 1;
                await stream.ReadExactlyAsync(frame.AsMemory(Header, length), _stop.Token);
                var address = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(8));
                if (frame[Header] == ReadCoils)
                {
                    length = Read(frame, address);
                }
                else
                {
                    _coils[address] = frame[10] == 0xFF;
                    Written(_coils[address]).TryAdd(address, TimeProvider.System.GetTimestamp());
                }

                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(4), (ushort)(length + 1));
                await stream.WriteAsync(frame.AsMemory(0, Header + length), _stop.Token);
            }
        }

        private int Read(byte[] frame, int address)
        {
            var count = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(10));
            var bytes = (count + 7) / 8;
            frame.AsSpan(9, bytes).Clear();
            for (var i = 0; i < count; i++)
            {
                frame[9 + (i / 8)] |= (byte)(_coils[address + i] ? 1 << (i % 8) : 0);
            }

            frame[8] = (byte)bytes;
            return 2 + bytes;
        }
    }
}
