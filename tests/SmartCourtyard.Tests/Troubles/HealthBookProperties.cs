using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Tests.TroubleTests;

/// <summary>Any sequence of messages, hours, broken parts, restarts and reloads: what must hold whatever happens.</summary>
public sealed class HealthBookProperties
{
    [Fact]
    public void No_trouble_begins_twice_and_nothing_is_ok_that_was_not_heard_in_time()
        => Prop.ForAll<byte[]>(script => new Life().Run(script)).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(200));

    /// <summary>A book, the journal that keeps its troubles, and a plain model of when each device was heard in this run.</summary>
    private sealed class Life
    {
        private static readonly Device[] Devices =
        [
            Estate.Device(DeviceClass.GasDetector, "gas") with { Installed = new DateOnly(2026, 10, 1) },
            Estate.Device(DeviceClass.SmokeDetector, "smoke"),
            Estate.Device(DeviceClass.AirMonitor, "air") with { Silence = TimeSpan.FromHours(5) },
        ];

        private static readonly Quantity[] Spoken =
        [
            Quantity.Battery, Quantity.BatteryLow, Quantity.Fault, Quantity.Tamper, Quantity.LinkQuality, Quantity.Temperature,
            Quantity.Online, Quantity.Test,
        ];

        private readonly Dictionary<string, TroubleChange> _journal = [];
        private readonly Dictionary<Device, double> _heard = [];
        private HealthBook _book = new(Estate.Of(Devices), Estate.After(0));
        private double _hours;

        public void Run(byte[] script)
        {
            foreach (var b in script)
            {
                var changes = new List<TroubleChange>();
                Step(b, changes);
                changes.ForEach(Keep);
                Check();
            }
        }

        private void Step(byte b, List<TroubleChange> changes)
        {
            _hours += (b & 3) switch { 0 => 0, 1 => 0.2, 2 => 3, _ => 30 };
            var now = Estate.AfterHours(_hours);
            switch (b >> 2 & 15)
            {
                case < 9:
                    var device = Devices[(b >> 2 & 15) % 3];
                    var reading = device.Says(Spoken[b >> 5], new[] { 0, 1, 15, 150 }[b & 3], (b & 0x24) == 0x24 ? Origin.Retained : Origin.Live);
                    _book.Hear([reading], now, changes);
                    if (reading.Origin == Origin.Live && reading.Quantity != Quantity.Online)
                    {
                        _heard[device] = _hours;
                    }

                    break;
                case 9 or 10:
                    _book.Tick(now, changes);
                    break;
                case 11:
                    _book.SetOwn(TroubleReason.BrokerLost, (b & 0x40) != 0, null, now, changes, Source.Broker);
                    break;
                case 12:
                    _book.SetOwn(TroubleReason.BridgeOffline, (b & 0x40) != 0, null, now, changes, "zigbee2mqtt");
                    break;
                case 13:
                    _book.SetOwn(TroubleReason.Overloaded, (b & 0x40) != 0, null, now, changes);
                    break;
                case 14:
                    var memory = _book.Remember();
                    _book = new HealthBook(Estate.Of(Devices), now);
                    _heard.Clear();
                    _book.Restore(memory, [.. _journal.Values.Select(c => KeptTrouble.Of(c.Trouble))], now, changes);
                    break;
                default:
                    _book.Serve(Estate.Of(Devices), new HashSet<string> { "gas", "air" }, now, changes);
                    _heard.Remove(Devices[1]);
                    break;
            }
        }

        private void Keep(TroubleChange change)
        {
            if (change.Raised)
            {
                Assert.DoesNotContain(
                    _journal.Values, c => (c.Trouble.Reason, c.Trouble.Device) == (change.Trouble.Reason, change.Trouble.Device));
                Assert.True(_journal.TryAdd(change.Trouble.Id, change));
            }
            else
            {
                Assert.True(_journal.Remove(change.Trouble.Id), $"{change.Trouble.Reason} ends and never began");
            }
        }

        private void Check()
        {
            Assert.Equal(_journal.Keys.Order(StringComparer.Ordinal), _book.Troubles.Select(t => t.Id).Order(StringComparer.Ordinal));
            foreach (var health in _book.Describe())
            {
                var proven = _heard.TryGetValue(health.Device, out var heard)
                    && TimeSpan.FromHours(_hours - heard) <= health.Device.SilenceLimit() && !_book.IsBlind(health.Device);
                Assert.True(proven || health.State is HealthState.Unknown or HealthState.Unobserved, $"{health.Device.Id} is {health.State}, and nobody heard it");
                Assert.True(health.State != HealthState.Ok || health.Reasons.Count == 0);
            }
        }
    }
}
