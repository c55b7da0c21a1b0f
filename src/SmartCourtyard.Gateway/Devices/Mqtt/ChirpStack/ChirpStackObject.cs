using System.Text.Json;

namespace SmartCourtyard.Gateway.Devices.Mqtt.ChirpStack;

/// <summary>Reads what a codec made of an uplink: nested objects, in any spelling; never a list, which holds what was before.</summary>
internal static class ChirpStackObject
{
    private const int LongestName = 64;

    private static readonly byte[][] Settings =
        [.. new[] { "configuration", "config", "settings", "setting", "threshold", "thresholds", "history" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    // A state below the name of what it is the state of: {"button_event":{"status":"short press"}}.
    private static readonly byte[][] Inner = [.. new[] { "value", "status", "state" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <summary>The reader stands at the object's beginning; afterwards at its end.</summary>
    public static void Read(ref Utf8JsonReader reader, FieldTable fields, ref GatheredValues values, ref Problems problems, scoped ReadOnlySpan<byte> within = default)
    {
        Span<byte> room = stackalloc byte[LongestName];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            scoped ReadOnlySpan<byte> name = room[..Plain(ref reader, room)];
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject && !IsOneOf(name, Settings) && reader.CurrentDepth < 16)
            {
                Read(ref reader, fields, ref values, ref problems, name);
                continue;
            }
            Field? field = fields.Find(!within.IsEmpty && IsOneOf(name, Inner) ? within : name);
            if (field is not null && reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
            {
                problems.Add(JsonFields.ReadValue(ref reader, field, ref values));
            }
            reader.Skip();
        }
    }

    /// <summary>The name in small letters without blanks and signs; between digits a sign stays, as pm1_0 is not pm10.</summary>
    private static int Plain(ref Utf8JsonReader reader, scoped Span<byte> room)
    {
        if (reader.ValueSpan.Length > room.Length)
        {
            return 0;
        }
        Span<byte> name = stackalloc byte[LongestName];
        name = name[..reader.CopyString(name)];
        int length = 0;
        for (int i = 0; i < name.Length; i++)
        {
            byte b = name[i];
            if (b is (byte)'_' or (byte)'-' or (byte)' ' or (byte)'.')
            {
                if (i > 0 && i + 1 < name.Length && char.IsAsciiDigit((char)name[i - 1]) && char.IsAsciiDigit((char)name[i + 1]))
                {
                    room[length++] = (byte)'_';
                }
                continue;
            }
            room[length++] = b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
        }
        return length;
    }

    private static bool IsOneOf(scoped ReadOnlySpan<byte> name, byte[][] words)
    {
        foreach (byte[] word in words)
        {
            if (name.SequenceEqual(word))
            {
                return true;
            }
        }
        return false;
    }
}
