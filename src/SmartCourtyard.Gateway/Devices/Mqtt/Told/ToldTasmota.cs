using System.Collections.Frozen;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Told;

/// <summary>Relays that run Tasmota, each by its first output: on is the state for which it was wired (a siren sounds, a valve is closed).</summary>
internal sealed class ToldTasmota(Courtyard courtyard) : ITold
{
    private readonly FrozenDictionary<string, Device> _devices = courtyard.Devices.Where(d => GpioSource.IsOutput(d.Class) && d.Source is TasmotaSource { Bridge: null })
        .SelectMany(d => Says((TasmotaSource)d.Source).Select(t => (Topic: t, Device: d))).DistinctBy(d => d.Topic).ToFrozenDictionary(d => d.Topic, d => d.Device, StringComparer.Ordinal);

    /// <summary>Where such a device listens.</summary>
    public static string Topic(TasmotaSource source) => Full(source, source.Words.Cmnd) + "POWER";

    /// <inheritdoc />
    public Told? Tell(ActuatorOrder order) => order.Actuator.Source switch
    {
        TasmotaSource { Bridge: not null } => "what a Tasmota bridge passes on cannot be told anything",
        TasmotaSource source => new Telling(Topic(source), order.On ? "ON" : "OFF"),
        _ => null,
    };

    /// <inheritdoc />
    public ActuatorState? Hear(string topic, ReadOnlySpan<byte> payload, bool retained)
    {
        if (!_devices.TryGetValue(topic, out var device))
        {
            return null;
        }

        using var message = JsonPayload.Of(payload);
        var word = message.Root.ValueKind != JsonValueKind.Object ? System.Text.Encoding.UTF8.GetString(message.Text)
            : (message.Root.TryGetProperty("POWER", out var power) || message.Root.TryGetProperty("POWER1", out power)) && power.ValueKind == JsonValueKind.String
                ? power.GetString() : null;
        return word switch
        {
            "ON" => new ActuatorState(device, true),
            "OFF" => new ActuatorState(device, false),
            _ => null,
        };
    }

    private static string Full(TasmotaSource source, string prefix) =>
        source.FullTopic.Replace("%prefix%", prefix, StringComparison.Ordinal).Replace("%topic%", source.Topic, StringComparison.Ordinal);

    private static string[] Says(TasmotaSource source) =>
    [
        Full(source, source.Words.Stat) + "POWER", Full(source, source.Words.Stat) + "POWER1", Full(source, source.Words.Stat) + "RESULT",
        Full(source, source.Words.Tele) + "STATE",
    ];
}
