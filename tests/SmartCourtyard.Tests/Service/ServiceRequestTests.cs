using SmartCourtyard.Alarms;
using SmartCourtyard.Service;

namespace SmartCourtyard.Tests.ServiceTests;

/// <summary>What people ask for in the words of the wire, and what they are told where it cannot be read.</summary>
public sealed class ServiceRequestTests
{
    private const string Kinds = "kind: one of out-of-service shelved test drill is needed";
    private const string For = "for: a whole number with s, m, h or d is needed, such as 30m";
    private const string Line = "reason and by: one line of at most 300 and 100 characters is allowed";

    public static TheoryData<string, ServiceRequest, string?> Asked => new()
    {
        { "nothing at all", new(), Kinds },
        { "a word of nobody's", new("holiday", For: "1h"), Kinds },
        { "another case", new("Test", For: "1h"), Kinds },
        { "no time", new("test"), For },
        { "all that is needed", new("test", For: "1h"), null },
        { "the longest reason and name", new("test", For: "1h", Reason: new string('x', 300), By: new string('y', 100)), null },
        { "a longer reason", new("test", For: "1h", Reason: new string('x', 301)), Line },
        { "a longer name", new("test", For: "1h", By: new string('y', 101)), Line },
        { "two lines of reason", new("test", For: "1h", Reason: "a\nb"), Line },
        { "two lines of name", new("test", For: "1h", By: "a\rb"), Line },
        { "a leak put aside", new("shelved", "leak", For: "1h", Shelves: "water-leak"), null },
    };

    [Theory]
    [MemberData(nameof(Asked))]
    public void What_cannot_be_read_is_answered_with_what_is_allowed(string what, ServiceRequest request, string? refused)
    {
        Assert.True(request.Read("id", Estate.Night, out var order) == refused, what);
        Assert.Equal(refused is null, order is not null);
    }

    [Fact]
    public void A_kind_of_alarm_that_does_not_exist_is_answered_with_those_that_do()
    {
        var refused = new ServiceRequest("shelved", "leak", For: "1h", Shelves: "flood").Read("id", Estate.Night, out var order);
        Assert.StartsWith("shelves: one of smoke heat gas ", refused, StringComparison.Ordinal);
        Assert.Null(order);
    }

    [Fact]
    public void What_can_be_read_is_an_order_with_its_time_and_its_words()
    {
        Assert.Null(new ServiceRequest("shelved", "leak", "b03", 2, "30m", " new pump ", " Li ", "water-leak").Read("id", Estate.Night, out var order));
        Assert.Equal(
            new ServiceOrder("id", ServiceKind.Shelved, new("leak", "b03", 2), "new pump", "Li", Estate.Night, Estate.Night.AddMinutes(30), AlarmKind.WaterLeak), order);
        Assert.Null(new ServiceRequest("drill", For: "1h").Read("id", Estate.Night, out order));
        Assert.Equal(new ServiceOrder("id", ServiceKind.Drill, new(), "", "", Estate.Night, Estate.Night.AddHours(1)), order);
    }

    [Fact]
    public void The_usual_test_of_a_device_lasts_half_an_hour_unless_somebody_says_otherwise()
    {
        Assert.Equal(new ServiceRequest("test", "smoke", For: "30m", Reason: "test", By: "Li"), ServiceRequest.TestOf("smoke", null, null, "Li"));
        Assert.Equal(new ServiceRequest("test", "smoke", For: "5m", Reason: "new", By: "Li"), ServiceRequest.TestOf("smoke", "5m", "new", "Li"));
    }

    [Theory]
    [InlineData("1s", 1d)]
    [InlineData("30m", 1_800d)]
    [InlineData("8h", 28_800d)]
    [InlineData("2d", 172_800d)]
    [InlineData("99999d", 99_999 * 86_400d)]
    [InlineData("100000d", null)]
    [InlineData("99999999s", 99_999_999d)]
    [InlineData("999999999s", null)]
    [InlineData("0m", 0d)]
    [InlineData("-5m", null)]
    [InlineData("5 m", null)]
    [InlineData("1.5h", null)]
    [InlineData("5w", null)]
    [InlineData("5", null)]
    [InlineData("m", null)]
    [InlineData("", null)]
    public void A_time_is_a_whole_number_with_its_unit(string text, double? seconds)
    {
        new ServiceRequest("test", For: text).Read("id", Estate.Night, out var order);
        Assert.Equal(seconds, order is null ? null : (order.Until - order.Since).TotalSeconds);
    }
}
