using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.EffectTests;

/// <summary>Any sequence of alarms, receipts, silences and waiting: an actuator does what a plain look at the alarms says, and is told each change once.</summary>
public sealed class EffectProperties
{
    private static readonly Device Siren = new("siren", null, DeviceClass.Siren, new Place("b03", 1), new Zigbee2MqttSource("siren"));
    private static readonly Device Valve = new("valve", null, DeviceClass.GasValve, new Place("b03", 1, 3, "301"), new Zigbee2MqttSource("valve"));
    private static readonly Courtyard Garden = Estate.Of(Siren, Valve);

    [Fact]
    public void Actuators_do_what_a_plain_look_at_the_alarms_says() => Prop.ForAll<byte[]>(script =>
    {
        var book = new EffectBook();
        var told = new Dictionary<string, bool> { ["siren"] = false, ["valve"] = false };
        var open = new List<(Alarm Alarm, TimeSpan SoundsUntil)>();
        var everGas = false;
        var now = TimeSpan.Zero;
        var orders = new List<ActuatorOrder>();
        book.Serve(Garden, UsualEffects.With(Garden, []), [], Estate.After(0), orders);
        foreach (var b in script)
        {
            now += TimeSpan.FromMinutes(b % 7);
            var at = Estate.After(now.TotalSeconds);
            book.Pass(at, orders);
            var which = open.Count == 0 ? -1 : b % open.Count;
            switch (b >> 5)
            {
                case 0 or 1 or 2:
                    var alarm = Raised(b % 2 == 0 ? AlarmKind.Smoke : AlarmKind.Gas, b % 3 == 0 ? "502" : "301", test: b % 11 == 0);
                    open.Add((alarm, now + TimeSpan.FromMinutes(30)));
                    everGas |= alarm is { Kind: AlarmKind.Gas, Test: false, At.Flat: "301" };
                    book.Follow(alarm, at, orders);
                    break;
                case 3 when which >= 0:
                    open[which] = (open[which].Alarm with { Occurrences = open[which].Alarm.Occurrences + 1 }, now + TimeSpan.FromMinutes(30));
                    book.Follow(open[which].Alarm, at, orders);
                    break;
                case 4 when which >= 0:
                    book.Silence(open[which].Alarm.Id, at, orders);
                    open[which] = (open[which].Alarm, now);
                    break;
                case 5 when which >= 0:
                    book.Follow(open[which].Alarm with { Receipts = new Receipts(Resolved: Estate.Night) }, at, orders);
                    open.RemoveAt(which);
                    break;
                case 6 when which >= 0:
                    // A clearing ends neither: people must look first.
                    book.Follow(open[which].Alarm with { Condition = AlarmCondition.Cleared }, at, orders);
                    break;
            }

            foreach (var order in orders)
            {
                Assert.True(told[order.Actuator.Id] != order.On, "told twice");
                told[order.Actuator.Id] = order.On;
            }

            orders.Clear();
            Assert.Equal(open.Any(o => !o.Alarm.Test && now < o.SoundsUntil), told["siren"]);
            Assert.Equal(everGas, told["valve"]);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(80));

    private static Alarm Raised(AlarmKind kind, string flat, bool test) => new(
        Guid.CreateVersion7(Estate.Night).ToString(), kind, "cause", new Place("b03", 1, 3, flat), Quantity.Smoke, 1, Estate.Night, AlarmCondition.Active, 1,
        test, Receipts.None);
}
