using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.AlarmTests;

/// <summary>Any sequence of messages, receipts and restarts: what must hold whatever happens.</summary>
public sealed class AlarmBookProperties
{
    [Fact]
    public void Whatever_happens_alarms_keep_their_shape()
        => Prop.ForAll<byte[]>(script => new Life().Run(script)).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(150));

    [Fact]
    public void Readings_of_one_message_give_the_same_alarms_in_any_order() => Prop.ForAll<byte[]>(script =>
    {
        var (there, back) = (new Life(), new Life());
        foreach (var (a, b) in script.Zip(script.Skip(1)))
        {
            var message = new[] { Life.ReadingOf(a), Life.ReadingOf(b) };
            if (message[0].Device == message[1].Device && message[0].Quantity != message[1].Quantity)
            {
                Assert.Equal(
                    there.Hear(message).Select(Told).Order(StringComparer.Ordinal),
                    back.Hear([message[1], message[0]]).Select(Told).Order(StringComparer.Ordinal));
            }
        }

        static string Told(AlarmChange c) => $"{c.Step} {c.Alarm.Kind} {c.Alarm.Condition} {c.Alarm.Occurrences}";
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(100));

    /// <summary>A book, the journal that keeps its alarms, and a plain model of what the points said last.</summary>
    private sealed class Life
    {
        private static readonly Device Smoke = Estate.Device(DeviceClass.SmokeDetector, "smoke");
        private static readonly Device Gas = Estate.Device(DeviceClass.GasDetector, "gas");
        private static readonly Device Pendant = Estate.Device(DeviceClass.EmergencyButton, "pendant");

        private readonly Dictionary<string, Alarm> _journal = [];
        private readonly Dictionary<string, AlarmStep> _lastStep = [];
        private readonly Dictionary<string, int> _occurrences = [];
        private readonly Dictionary<(Device, Quantity), bool> _levels = [];
        private static readonly Rulebook Rules = Estate.Limited("gas", new Limit(Quantity.Methane, Alarm: 10, Clear: 8));

        private AlarmBook _book = new([], Rules);
        private int _second;

        public static Reading ReadingOf(byte b)
        {
            var origin = (b & 0x40) != 0 ? Origin.Retained : Origin.Live;
            return (b % 6) switch
            {
                0 => Smoke.Says(Quantity.Smoke, b >> 3 & 1, origin),
                1 => Smoke.Says(Quantity.Tamper, b >> 3 & 1, origin),
                2 => Gas.Says(Quantity.Gas, b >> 3 & 1, origin),
                3 => Gas.Says(Quantity.Methane, new[] { 0, 7, 9, 11 }[b >> 3 & 3], origin),
                4 => Pendant.Says(Quantity.Emergency, b >> 3 & 1, origin),
                _ => Pendant.Presses(origin: origin),
            };
        }

        public void Run(byte[] script)
        {
            foreach (var b in script)
            {
                Step(b);
                CheckShape();
            }
        }

        public List<AlarmChange> Hear(params Reading[] message)
        {
            var steps = new List<AlarmChange>();
            _book.Hear(message, Estate.After(_second++), steps);
            steps.ForEach(Note);
            return steps;
        }

        private void Step(byte b)
        {
            if (b < 192)
            {
                Judge(ReadingOf(b));
            }
            else if (b < 240)
            {
                var ids = _journal.Keys.Order(StringComparer.Ordinal).Append("unknown").ToArray();
                if (_book.Receive((ReceiptKind)(b & 3), ids[(b >> 2) % ids.Length], Estate.After(_second++).Time) is { } alarm)
                {
                    Keep(alarm);
                }
            }
            else
            {
                // The order in which a journal gives its alarms back must not matter.
                _book = new AlarmBook(b % 2 == 0 ? _journal.Values : _journal.Values.Reverse(), Rules);
                _levels.Clear();
            }
        }

        private void Judge(Reading reading)
        {
            var known = _levels.TryGetValue((reading.Device, reading.Quantity), out var before);
            var holds = reading.Quantity == Quantity.Methane ? reading.Value >= (known && before ? 8 : 10) : reading.IsOn;
            var sibling = reading.Quantity switch { Quantity.Gas => Quantity.Methane, Quantity.Methane => Quantity.Gas, _ => (Quantity?)null };
            var standsOtherwise = sibling is { } other && (!_levels.TryGetValue((reading.Device, other), out var on) || on);
            var begun = Hear(reading).Count(s => s.Step is AlarmStep.Raised or AlarmStep.Updated);

            if (reading.Momentary)
            {
                Assert.Equal(reading.Origin == Origin.Live ? 1 : 0, begun);
                return;
            }

            if (reading is { Quantity: Quantity.Emergency, Origin: Origin.Retained } && holds)
            {
                Assert.Equal(0, begun);
                return;
            }

            _levels[(reading.Device, reading.Quantity)] = holds;
            if (known && before == holds)
            {
                Assert.Equal(0, begun);
            }
            else if (known && holds && !standsOtherwise && reading.Origin == Origin.Live && reading.Quantity != Quantity.Emergency)
            {
                Assert.Equal(1, begun);
            }
            else if (!holds)
            {
                Assert.Equal(0, begun);
            }
        }

        private void Note(AlarmChange change)
        {
            var id = change.Alarm.Id;
            var first = !_lastStep.TryGetValue(id, out var last);
            Assert.Equal(first, change.Step == AlarmStep.Raised);
            Assert.False(change.Step == AlarmStep.Cleared && last == AlarmStep.Cleared && !first, "cleared twice");
            Assert.Equal(change.Step == AlarmStep.Cleared ? AlarmCondition.Cleared : AlarmCondition.Active, change.Alarm.Condition);
            var grows = change.Step == AlarmStep.Cleared ? 0 : 1;
            Assert.Equal(_occurrences.GetValueOrDefault(id) + grows, change.Alarm.Occurrences);
            _lastStep[id] = change.Step;
            _occurrences[id] = change.Alarm.Occurrences;
            Keep(change.Alarm);
        }

        private void Keep(Alarm alarm)
        {
            if (alarm.IsOpen || alarm.Condition == AlarmCondition.Active)
            {
                _journal[alarm.Id] = alarm;
            }
            else
            {
                _journal.Remove(alarm.Id);
            }
        }

        private void CheckShape()
        {
            Assert.Equal(_journal.Values.OrderBy(a => a.Id, StringComparer.Ordinal), _book.Alarms.OrderBy(a => a.Id, StringComparer.Ordinal));
            Assert.All(_book.Alarms.GroupBy(a => (a.DeviceId, a.Kind)), g => Assert.Single(g));
        }
    }
}
