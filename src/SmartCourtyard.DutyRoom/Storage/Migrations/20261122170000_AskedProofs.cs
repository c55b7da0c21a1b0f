using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SmartCourtyard.DutyRoom.Storage.Migrations
{
    /// <inheritdoc />
    public partial class AskedProofs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "asked",
                table: "alarms",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "answered_at",
                table: "proofs",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "answered_by",
                table: "proofs",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "asked",
                table: "proofs",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "asked",
                table: "alarms");

            migrationBuilder.DropColumn(
                name: "answered_at",
                table: "proofs");

            migrationBuilder.DropColumn(
                name: "answered_by",
                table: "proofs");

            migrationBuilder.DropColumn(
                name: "asked",
                table: "proofs");
        }
    }
}
