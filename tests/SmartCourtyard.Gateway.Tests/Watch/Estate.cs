using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Watch;

/// <summary>Devices, readings and events for tests.</summary>
internal static class Estate
{
    public static readonly EventWriter Writer = new("fukang-garden");

    public static readonly Device Smoke = Device(DeviceClass.SmokeDetector, "b03-u1-301-smoke");

    public static readonly Device Gas = Device(DeviceClass.GasDetector, "b03-u1-301-gas");

    public static readonly Device Air = Device(DeviceClass.AirMonitor, "yard-air");

    public static readonly Courtyard Garden = new(
        "fukang-garden", "富康花园小区", new Address("双河口街道", "螺蛳包社区", "第3网格"), [new("b03", "3栋", 2, 7)], [Smoke, Gas, Air]);

    public static Device Device(DeviceClass deviceClass, string id) => new(
        id, "厨房", deviceClass, new Place("b03", 1, 3, "301", "厨房"), new Zigbee2MqttSource(id));

    public static Alarm Alarm(string id = "0193aaaa", AlarmKind kind = AlarmKind.Smoke) => new(
        id, kind, Smoke.Id, Smoke.At, Quantity.Smoke, 1, TestClock.Night, AlarmCondition.Active, 1, false, Receipts.None);

    public static CourtyardEvent AlarmEvent(DateTimeOffset? at = null, AlarmKind kind = AlarmKind.Smoke)
        => Writer.Alarm(new AlarmChange(AlarmStep.Raised, Alarm(kind: kind)), at ?? TestClock.Night, ClockState.Synchronised);

    public static CourtyardEvent OtherEvent(DateTimeOffset? at = null)
        => Writer.Command(new CommandData("c1", "alarm.stored"), at ?? TestClock.Night);

    public static JournalEntry Entry(params CourtyardEvent[] events) => new() { Events = events };

    public static HeardBatch Heard(bool custody, params (Reading Reading, long Delivery, bool Redelivered)[] messages)
    {
        var batch = new HeardBatch { Custody = custody };
        foreach (var (reading, delivery, redelivered) in messages)
        {
            batch.Open.Add(reading);
            batch.EndMessage(delivery, redelivered);
        }

        return batch;
    }

    public static HeardBatch Heard(Reading reading) => Heard(custody: true, (reading, 1, false));

    public static Reading Says(this Device device, Quantity quantity, double value, DateTimeOffset? at = null)
        => new(device, quantity, value, at ?? TestClock.Night);
}
