using System.Globalization;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Simulation;

/// <summary>One message of a device: the broker keeps it until the gateway has said that it is safe.</summary>
internal sealed class Message(string device, Quantity quantity, bool on, long delivery)
{
    public string Device => device;

    public Quantity Quantity => quantity;

    public bool On => on;

    public long Delivery => delivery;

    public bool IsSafe { get; set; }

    public bool IsUnderWay { get; set; }

    public int Tries { get; set; }
}

/// <summary>People who press, smoke that rises and clears, and the broker that hands over what their devices said.</summary>
internal sealed class Residents(World world, Dice dice)
{
    public const int Buttons = 12;
    public const int Detectors = 8;
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Queue<Message>> _waiting = new(StringComparer.Ordinal);
    private readonly List<Message> _said = [];
    private readonly HashSet<string> _smoking = new(StringComparer.Ordinal);
    private long _deliveries;

    public IReadOnlyList<Message> Said => _said;

    /// <summary>How often more than it was said a device may show on the board: the disk refused and the machine stopped before it took it.</summary>
    public Dictionary<string, int> Slack { get; } = new(StringComparer.Ordinal);

    /// <summary>Events may have been handed on that no disk holds: their places in the sequence may stay empty, and the gateway says which.</summary>
    public bool MayHaveGaps { get; private set; }

    public bool IsAllSafe => _said.TrueForAll(m => m.IsSafe);

    public static Courtyard Courtyard()
    {
        var devices = new List<Device>();
        for (var i = 0; i < Buttons; i++)
        {
            devices.Add(new Device(Button(i), null, DeviceClass.EmergencyButton, Place(i), new MqttSource("press/" + i.ToString(CultureInfo.InvariantCulture), [])));
        }

        for (var i = 0; i < Detectors; i++)
        {
            // One a building: neighbours would confirm each other, which is another matter.
            devices.Add(new Device(Detector(i), null, DeviceClass.SmokeDetector, Place(Buttons + i), new MqttSource("smoke/" + i.ToString(CultureInfo.InvariantCulture), [])));
        }

        return new Courtyard(World.CourtyardId, "Simulated", null, [.. devices.Select(d => new Building(d.At.Building!, d.At.Building!, 1, 6))], devices);
    }

    /// <summary>Somebody presses, or smoke rises or clears.</summary>
    public void Speak()
    {
        Message message;
        if (dice.Falls(0.6))
        {
            message = new Message(Button(dice.Between(0, Buttons - 1)), Quantity.Emergency, true, ++_deliveries * 1000);
        }
        else
        {
            var detector = Detector(dice.Between(0, Detectors - 1));
            var on = _smoking.Add(detector) || !_smoking.Remove(detector);
            message = new Message(detector, Quantity.Smoke, on, ++_deliveries * 1000);
        }

        world.Note("residents", message.Quantity == Quantity.Emergency ? "press" : message.On ? "smoke" : "smoke clears", _deliveries, message.Device);
        _said.Add(message);
        Line(message.Device).Enqueue(message);
        HandOver(message.Device);
    }

    /// <summary>Somebody speaks while the gateway's disk works on something else.</summary>
    public void SpeakMeanwhile()
    {
        if (world.IsEventful && dice.Falls(0.03))
        {
            Speak();
        }
    }

    /// <summary>The broker delivers something again whose receipt got lost.</summary>
    public void SpeakAgain()
    {
        var safe = _said.Where(m => m.IsSafe && !m.IsUnderWay).ToList();
        if (safe.Count > 0 && world.Gateway.IsUp)
        {
            _ = HandOverAsync(safe[dice.Between(0, safe.Count - 1)]);
        }
    }

    /// <summary>The gateway stopped while its disk refused: what it had under way may be handed on already, and comes again.</summary>
    public void NoteUnstored()
    {
        MayHaveGaps = true;
        foreach (var message in _said.Where(m => m.Tries > 0 && !m.IsSafe))
        {
            Slack[message.Device] = Slack.GetValueOrDefault(message.Device) + 1;
        }
    }

    private Queue<Message> Line(string device)
    {
        if (!_waiting.TryGetValue(device, out var line))
        {
            _waiting[device] = line = new Queue<Message>();
        }

        return line;
    }

    private void HandOver(string device)
    {
        if (Line(device).TryPeek(out var message) && !message.IsUnderWay)
        {
            _ = HandOverAsync(message);
        }
    }

    private async Task HandOverAsync(Message message)
    {
        message.IsUnderWay = true;
        var safe = false;
        if (world.Gateway.IsUp && world.Gateway.Courtyard.Devices.FirstOrDefault(d => d.Id == message.Device) is { } device)
        {
            var batch = new HeardBatch { Custody = true };
            batch.Open.Add(new Reading(
                device, message.Quantity, message.On ? 1 : 0, world.Gateway.Clock!.GetUtcNow(), Origin.Live, Momentary: message.Quantity == Quantity.Emergency));
            batch.EndMessage(message.Delivery, redelivered: message.Tries++ > 0 && world.Sabotage != Sabotage.HidesRedelivery);
            safe = await world.Gateway.HearAsync(batch).ConfigureAwait(false);
        }

        message.IsUnderWay = false;
        if (message.IsSafe)
        {
            return;
        }

        if (safe)
        {
            world.Note("residents", "are heard", message.Delivery / 1000);
            message.IsSafe = true;
            Line(message.Device).Dequeue();
            HandOver(message.Device);
        }
        else
        {
            world.Schedule.After(AgainAfter, () => HandOver(message.Device));
        }
    }

    private static string Button(int i) => string.Create(CultureInfo.InvariantCulture, $"button-{i}");

    private static string Detector(int i) => string.Create(CultureInfo.InvariantCulture, $"smoke-{i}");

    private static Place Place(int i) => new(string.Create(CultureInfo.InvariantCulture, $"b{i}"), 1, 1, "101");
}
