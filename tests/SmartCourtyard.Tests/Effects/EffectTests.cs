using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.EffectTests;

/// <summary>One line of cause and effect: which alarms ask for it, and when two lines say the same.</summary>
public sealed class EffectTests
{
    private static readonly Place Kitchen = new("b03", 1, 3, "301", "厨房");

    public static TheoryData<Place, bool> Places => new()
    {
        { new(), true }, { Kitchen, true }, { new("b03"), true }, { new(Unit: 1), true }, { new(Floor: 3), true }, { new(Flat: "301"), true }, { new(Room: "厨房"), true },
        { new("b04"), false }, { new("b03", 2), false }, { new("b03", Floor: 4), false }, { new("b03", Flat: "302"), false }, { Kitchen with { Room = "卧室" }, false },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void Each_part_of_a_place_that_is_given_must_be_the_alarms(Place where, bool asked)
        => Assert.Equal(asked, (Usual with { Where = where }).IsAskedBy(Smoke));

    [Fact]
    public void What_was_not_a_place_of_the_alarm_is_not_meant() => Assert.False((Usual with { Where = Kitchen }).IsAskedBy(Smoke with { At = new Place("b03", 1) }));

    public static TheoryData<string, Effect> Others => new()
    {
        { "another actuator", Usual with { Actuator = "roof" } },
        { "another place", Usual with { Where = new Place("b03") } },
        { "confirmed only", Usual with { OnlyConfirmed = true } },
        { "later", Usual with { After = TimeSpan.FromSeconds(1) } },
        { "shorter", Usual with { For = TimeSpan.FromSeconds(1) } },
        { "another end", Usual with { Until = EffectEnd.Cleared } },
        { "other alarms", Usual with { Kinds = [AlarmKind.Smoke, AlarmKind.Gas] } },
        { "the other way about", Usual with { Kinds = [AlarmKind.Heat, AlarmKind.Smoke] } },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void An_effect_that_differs_in_one_thing_is_another(string what, Effect other)
    {
        Assert.True(Usual != other, what);
        Assert.Equal(Usual, Usual with { Kinds = [.. Usual.Kinds] });
        Assert.Equal(Usual.GetHashCode(), (Usual with { Kinds = [.. Usual.Kinds] }).GetHashCode());
        Assert.NotNull(Usual);
    }

    private static Effect Usual => new([AlarmKind.Smoke, AlarmKind.Heat], "siren");

    private static Alarm Smoke => new("a", AlarmKind.Smoke, "smoke", Kitchen, Quantity.Smoke, 1, Estate.Night, AlarmCondition.Active, 1, false, Receipts.None);
}
