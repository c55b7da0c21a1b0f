using System.Text.Json.Serialization;

namespace SmartCourtyard.Alarms;

/// <summary>What burns. The names on the wire are these in lower case with hyphens.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AlarmKind>))]
public enum AlarmKind
{
#pragma warning disable CS1591 // each name says what it is
    [JsonStringEnumMemberName("smoke")] Smoke,
    [JsonStringEnumMemberName("heat")] Heat,
    [JsonStringEnumMemberName("gas")] Gas,
    [JsonStringEnumMemberName("carbon-monoxide")] CarbonMonoxide,
    [JsonStringEnumMemberName("emergency-call")] EmergencyCall,
    [JsonStringEnumMemberName("fall")] Fall,
    [JsonStringEnumMemberName("water-leak")] WaterLeak,
    [JsonStringEnumMemberName("water-level")] WaterLevel,
    [JsonStringEnumMemberName("air-quality")] AirQuality,
    [JsonStringEnumMemberName("noise")] Noise,
    [JsonStringEnumMemberName("electrical")] Electrical,
    [JsonStringEnumMemberName("intrusion")] Intrusion,
    [JsonStringEnumMemberName("equipment")] Equipment,
    [JsonStringEnumMemberName("tamper")] Tamper,
    /// <summary>Raised by the duty room itself: a whole courtyard fell silent.</summary>
    [JsonStringEnumMemberName("supervision")] Supervision,
#pragma warning restore CS1591
}

/// <summary>What is at stake; the lower the value, the more urgent.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Severity>))]
public enum Severity
{
    /// <summary>A life: smoke, heat, gas, CO, emergency call, fall. Only people close such an alarm.</summary>
    [JsonStringEnumMemberName("life")] Life,
    /// <summary>Property.</summary>
    [JsonStringEnumMemberName("property")] Property,
    /// <summary>Somebody should know.</summary>
    [JsonStringEnumMemberName("advisory")] Advisory,
    /// <summary>A technician should look.</summary>
    [JsonStringEnumMemberName("technical")] Technical,
}

/// <summary>Whether the cause of an alarm still stands. It moves by itself, beside what people do.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AlarmCondition>))]
public enum AlarmCondition
{
    /// <summary>The cause stands.</summary>
    [JsonStringEnumMemberName("active")] Active,
    /// <summary>The cause is gone; the alarm may still be open.</summary>
    [JsonStringEnumMemberName("cleared")] Cleared,
}

/// <summary>What each <see cref="AlarmKind"/> puts at stake.</summary>
public static class AlarmKinds
{
    /// <summary>The severity of every alarm of this kind.</summary>
    public static Severity Severity(this AlarmKind kind) => kind switch
    {
        AlarmKind.Smoke or AlarmKind.Heat or AlarmKind.Gas or AlarmKind.CarbonMonoxide or AlarmKind.EmergencyCall or AlarmKind.Fall
            => Alarms.Severity.Life,
        AlarmKind.AirQuality or AlarmKind.Noise => Alarms.Severity.Advisory,
        AlarmKind.Tamper => Alarms.Severity.Technical,
        _ => Alarms.Severity.Property,
    };
}
