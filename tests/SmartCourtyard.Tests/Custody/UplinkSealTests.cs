using System.Security.Cryptography;
using System.Text;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Tests.CustodyTests;

public sealed class UplinkSealTests
{
    private static readonly UplinkSeal Seal = UplinkSeal.OfToken("a token");
    private static readonly byte[] Nonce = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("[]");

    [Fact]
    public void A_seal_is_what_the_documentation_says_it_is()
    {
        var key = HMACSHA256.HashData(SHA256.HashData("a token"u8), "smartcourtyard uplink 1"u8);
        var expected = HMACSHA256.HashData(key, "request\nfukang-garden\nevents\n1700000000000\n000102030405060708090a0b0c0d0e0f\n[]"u8);
        Assert.Equal(Convert.ToHexStringLower(expected), Seal.Request("fukang-garden", "events", 1_700_000_000_000, Nonce, Body));
        expected = HMACSHA256.HashData(key, "answer\nfukang-garden\n200\n\n1700000000000\n000102030405060708090a0b0c0d0e0f\n[]"u8);
        Assert.Equal(Convert.ToHexStringLower(expected), Seal.Answer("fukang-garden", 200, null, 1_700_000_000_000, Nonce, Body));
    }

    [Fact]
    public void Whatever_is_changed_breaks_it()
    {
        var good = Seal.Request("a", "events", 1, Nonce, Body);
        string[] others =
        [
            UplinkSeal.OfToken("another token").Request("a", "events", 1, Nonce, Body), Seal.Request("b", "events", 1, Nonce, Body),
            Seal.Request("a", "heartbeat", 1, Nonce, Body), Seal.Request("a", "events", 2, Nonce, Body), Seal.Request("a", "events", 1, new byte[16], Body),
            Seal.Request("a", "events", 1, Nonce, "[ ]"u8), Seal.Answer("a", 200, null, 1, Nonce, Body), Seal.Answer("a", 200, 1, 1, Nonce, Body),
            Seal.Answer("a", 503, null, 1, Nonce, Body), good[..^1], "", good.ToUpperInvariant(),
        ];
        Assert.All(others, o => Assert.False(UplinkSeal.Same(good, o)));
        Assert.False(UplinkSeal.Same(good, null));
        Assert.True(UplinkSeal.Same(good, Seal.Request("a", "events", 1, Nonce, Body)));
        Assert.Equal(others.Length, others.Distinct().Count());
    }
}
