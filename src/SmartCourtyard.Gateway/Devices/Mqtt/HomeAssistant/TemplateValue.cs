using System.Globalization;
using System.Text.Json;

namespace SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

internal enum TemplateKind
{
    /// <summary>The message does not hold it.</summary>
    Missing,
    None,
    False,
    True,
    Number,
    Text,

    /// <summary>An object or a list.</summary>
    Nested,

    /// <summary>It cannot be worked out; the text says why.</summary>
    Failed,
}

/// <summary>A value inside a template.</summary>
/// <param name="Text">Of a number: how the message wrote it, or null.</param>
internal readonly record struct TemplateValue(TemplateKind Kind, double Number = 0, string? Text = null, JsonElement Json = default)
{
    private const int LongestText = 4_096;

    public static TemplateValue Missing => default;

    public static TemplateValue Of(bool value) => new(value ? TemplateKind.True : TemplateKind.False);

    public static TemplateValue Of(string text) =>
        text.Length > LongestText ? Failed($"a text of {text.Length} characters is too long") : new(TemplateKind.Text, Text: text);

    public static TemplateValue Failed(string why) => new(TemplateKind.Failed, Text: why);

    /// <param name="whole">Whether it is written without a decimal point.</param>
    public static TemplateValue Of(double number, bool whole) => !double.IsFinite(number)
        ? Failed("a number is not finite")
        : new(TemplateKind.Number, number, number.ToString(whole ? "F0" : "R", CultureInfo.InvariantCulture) is var text && !whole && !text.ContainsAny(NotWhole) ? text + ".0" : text);

    private static System.Buffers.SearchValues<char> NotWhole { get; } = System.Buffers.SearchValues.Create(".E");

    public static TemplateValue Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => Of(true),
        JsonValueKind.False => Of(false),
        JsonValueKind.Null => new(TemplateKind.None),
        JsonValueKind.Number when element.TryGetDouble(out double number) && double.IsFinite(number) => new(TemplateKind.Number, number, element.GetRawText()),
        JsonValueKind.Number => Failed("a number is not finite"),
        JsonValueKind.String => Of(element.GetString()!),
        JsonValueKind.Object or JsonValueKind.Array => new(TemplateKind.Nested, Json: element),
        _ => Missing,
    };

    /// <summary>Whether an "if" takes it for yes.</summary>
    public bool IsTrue => Kind switch
    {
        TemplateKind.True => true,
        TemplateKind.Number => Number != 0,
        TemplateKind.Text => Text!.Length > 0,
        TemplateKind.Nested => Json.ValueKind == JsonValueKind.Array ? Json.GetArrayLength() > 0 : Json.EnumerateObject().Any(),
        _ => false,
    };

    /// <summary>As it stands in the finished text.</summary>
    public string Written => Kind switch
    {
        TemplateKind.None => "None",
        TemplateKind.True => "True",
        TemplateKind.False => "False",
        TemplateKind.Number or TemplateKind.Text => Text!,
        TemplateKind.Nested => Json.GetRawText(),
        _ => "",
    };

    /// <summary>The number; also one in a text, and true as 1.</summary>
    public bool TryNumber(out double number)
    {
        number = Kind == TemplateKind.True ? 1 : Number;
        return Kind is TemplateKind.Number or TemplateKind.True or TemplateKind.False
            || (Kind == TemplateKind.Text && double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number));
    }

    public bool IsSameAs(TemplateValue other) => (Kind, other.Kind) switch
    {
        (TemplateKind.Text, TemplateKind.Text) => Text == other.Text,
        (TemplateKind.Number or TemplateKind.True or TemplateKind.False, TemplateKind.Number or TemplateKind.True or TemplateKind.False) =>
            TryNumber(out double a) && other.TryNumber(out double b) && a == b,
        _ => Kind == other.Kind && Kind is TemplateKind.None or TemplateKind.Missing,
    };

    /// <summary>The member or item; missing where there is none.</summary>
    public TemplateValue Step(TemplateValue key)
    {
        if (Kind != TemplateKind.Nested)
        {
            return Kind == TemplateKind.Failed ? this : Missing;
        }
        return key.Kind switch
        {
            TemplateKind.Text => Of(JsonPayload.Step(Json, new Courtyards.JsonStep(key.Text, 0))),
            TemplateKind.Number when Math.Abs(key.Number) < 1_000_000 => Of(JsonPayload.Step(Json, new Courtyards.JsonStep(null, (int)key.Number))),
            _ => Missing,
        };
    }
}
