# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_mcpgw_global_optspecs
    string join \n store= db= tenant= config= output= color= v/verbose q/quiet yes h/help V/version
end

function __fish_mcpgw_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_mcpgw_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_mcpgw_using_subcommand
    set -l cmd (__fish_mcpgw_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c mcpgw -n "__fish_mcpgw_needs_command" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_needs_command" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_needs_command" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_needs_command" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_needs_command" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_needs_command" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_needs_command" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "serve" -d 'Run the gateway'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "stdio" -d 'Run the gateway for one client on standard input and output'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "bootstrap" -d 'Make the store ready: register, sync, index'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "search" -d 'Find tools by what they do or how they are called'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "call" -d 'Call a tool'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "catalog" -d 'Which tools exist'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "server" -d 'Which MCP servers are behind the gateway'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "tenant" -d 'Whose catalogs there are'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "policy" -d 'Who may discover and call what, in Cedar'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "account" -d 'Who has an account of the console'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "embeddings" -d 'Which provider makes the vectors, and the change to another'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "guardrails" -d 'What may pass: personal data, secrets, orders to the model'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "audit" -d 'What was executed, and what came of it'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "cache" -d 'Results that were kept'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "secrets" -d 'The servers\' credentials, as the store keeps them'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "token" -d 'Sign and check callers\' tokens'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "config" -d 'Which configuration is in force'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "doctor" -d 'Check every dependency and say how to fix what is broken'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "connect" -d 'Put the gateway into the list of a client on this machine'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "demo-server" -d 'Run one of the demo MCP servers'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "warden" -d 'End what a killed gateway has left behind (started by the gateway itself)'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "completions" -d 'Print shell completions'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "man" -d 'Write the man pages'
complete -c mcpgw -n "__fish_mcpgw_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -l bind -d 'Where to listen [env: MCPGW_BIND] [default: 127.0.0.1:8000]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -l demo -d 'Start two demo MCP servers and put them behind the gateway'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -l bootstrap -d 'Sync the catalog when starting, also with AUTO_BOOTSTRAP=false'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand serve" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand stdio" -l view -d 'What is listed: every tool, or the discovery tools [default: as MCP_DISCOVERY says]' -r -f -a "full\t''
search\t''"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand stdio" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand stdio" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand stdio" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand stdio" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand stdio" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand stdio" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand stdio" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand stdio" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand stdio" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand stdio" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand stdio" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand bootstrap" -l wait -d 'How long to wait until everything is searchable' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand bootstrap" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand bootstrap" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand bootstrap" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand bootstrap" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand bootstrap" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand bootstrap" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand bootstrap" -l demo -d 'Register the demo servers, too'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand bootstrap" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand bootstrap" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand bootstrap" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand bootstrap" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand bootstrap" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l mode -d 'Which arms rank; `all` compares the three' -r -f -a "hybrid\t''
vector\t''
text\t''
all\t''"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l limit -d 'How many tools' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l as -d 'The caller that this token speaks for' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l scopes -d 'A caller with these scopes and nothing else (comma-separated)' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l subject -d 'The caller of this name, as tokens call them (`sub`)' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l groups -d 'Their groups, which are scopes too (comma-separated)' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l roles -d 'Their roles (comma-separated)' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l explain -d 'Show how the scores came about'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand search" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand call" -l args -d 'The arguments: a JSON object, @FILE, or - for stdin' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand call" -l timeout -d 'When to give up, for example 2s; starting the server counts [default: 30s]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand call" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand call" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand call" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand call" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand call" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand call" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand call" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand call" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand call" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand call" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand call" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -f -a "sync" -d 'Bring the catalog up to date with what the servers list'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -f -a "list" -d 'List tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -f -a "show" -d 'Show one tool'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -f -a "eval" -d 'Measure how well the search finds the tools of judged requests'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -f -a "judge" -d 'Say which tools are right for a request, for `catalog eval --judged`'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -f -a "quarantine" -d 'List the tools that are kept back, and how their definitions differ from the accepted ones'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -f -a "release" -d 'Accept the definition that a tool has now'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -f -a "pin" -d 'List a tool beside the discovery tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -f -a "unpin" -d 'List it no longer beside the discovery tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and not __fish_seen_subcommand_from sync list show eval judge quarantine release pin unpin help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l server -d 'Only this server; may be given several times' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l prune -d 'Remove tools that their server no longer lists'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l dry-run -d 'Say what would change, change nothing'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from sync" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -l server -d 'Only this server' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -l query -d 'Only those with all of these words in name, server, title or description' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -l status -d 'Only in this state; `all` shows also what cannot be used' -r -f -a "active\t''
quarantined\t''
disabled\t''
all\t''"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from show" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from show" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from show" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from show" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from show" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from show" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from show" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from show" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l queries -d 'Requests: JSON lines {"id", "text"}' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l qrels -d 'Judgements: request id, tool id and relevance, with tabs between. Tools of the catalog are called server/tool' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l tools -d 'Search these tools in place of the tenant\'s: JSON lines {"id", "server", "name", "description", "parameters"}' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l mode -d 'Which arms rank' -r -f -a "hybrid\t''
vector\t''
text\t''
all\t''"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l k -d 'After how many results recall is measured' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l run-dir -d 'Write what was found here: MODE.tsv with request id, rank, tool id and score' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l judged -d 'The tenant\'s own judged requests, as `catalog judge` and the console note them'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from eval" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from judge" -l remove -d 'Forget the judged request of this id' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from judge" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from judge" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from judge" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from judge" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from judge" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from judge" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from judge" -l list -d 'List the judged requests'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from judge" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from judge" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from judge" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from judge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from judge" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from quarantine" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from quarantine" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from quarantine" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from quarantine" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from quarantine" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from quarantine" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from quarantine" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from quarantine" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from quarantine" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from quarantine" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from quarantine" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from release" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from release" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from release" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from release" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from release" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from release" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from release" -l all -d 'Every tool of the server that is kept back'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from release" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from release" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from release" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from release" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from release" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from pin" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from pin" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from pin" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from pin" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from pin" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from pin" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from pin" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from pin" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from pin" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from pin" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from pin" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from unpin" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from unpin" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from unpin" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from unpin" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from unpin" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from unpin" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from unpin" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from unpin" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from unpin" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from unpin" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from unpin" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from help" -f -a "sync" -d 'Bring the catalog up to date with what the servers list'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from help" -f -a "list" -d 'List tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one tool'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from help" -f -a "eval" -d 'Measure how well the search finds the tools of judged requests'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from help" -f -a "judge" -d 'Say which tools are right for a request, for `catalog eval --judged`'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from help" -f -a "quarantine" -d 'List the tools that are kept back, and how their definitions differ from the accepted ones'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from help" -f -a "release" -d 'Accept the definition that a tool has now'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from help" -f -a "pin" -d 'List a tool beside the discovery tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from help" -f -a "unpin" -d 'List it no longer beside the discovery tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand catalog; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -f -a "add" -d 'Register a server; without flags, asks on a terminal'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -f -a "list" -d 'List the servers'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -f -a "show" -d 'Show one server'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -f -a "test" -d 'Connect to a server and say who answers'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -f -a "enable" -d 'Use a server\'s tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -f -a "disable" -d 'Hide a server\'s tools without forgetting them'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -f -a "cache" -d 'Say how the results of one of its tools are kept; without flags, show it'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -f -a "sign-in" -d 'Print a link with which to sign in at a server whose users do so: the operator, for whom the gateway lists its tools, or the user of a token'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -f -a "sign-ins" -d 'List the users who have signed in at a server'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -f -a "sign-out" -d 'Forget the tokens of a server\'s users, or of one of them'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -f -a "remove" -d 'Forget a server and its tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -f -a "import" -d 'Register the servers of a desktop client\'s `mcpServers` JSON'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and not __fish_seen_subcommand_from add list show test enable disable cache sign-in sign-ins sign-out remove import help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l url -d 'Its streamable HTTP endpoint' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l header -d 'A header sent with every request; may be given several times' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l env -d 'A variable of the program\'s environment; may be given several times' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l scope -d 'A scope that sees its tools; may be given several times. Without any, only unrestricted callers do' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l oauth-token-url -d 'Where the gateway gets access tokens for the server: in its own name (OAuth client credentials), or in that of each user with --oauth-authorize-url' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l oauth-authorize-url -d 'Where users sign in themselves: each call is then made with the token of the user who makes it' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l oauth-client-id -d 'Who the gateway is there' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l oauth-client-secret-file -d 'A file with the secret that proves it; a client that only users sign in to may have none' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l oauth-scope -d 'The scope to ask for there' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l timeout -d 'Deadline of its calls, for example 2s' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l sse -d 'The URL is that of the older HTTP+SSE transport, often ending in /sse'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l stdio -d 'A program that speaks MCP on stdin and stdout; give it after --'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from add" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from list" -l query -d 'Only those with all of these words in name or target' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from list" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from list" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from list" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from list" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from list" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from list" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from list" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from list" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from show" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from show" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from show" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from show" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from show" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from show" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from show" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from show" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from test" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from test" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from test" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from test" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from test" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from test" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from test" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from test" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from test" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from enable" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from enable" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from enable" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from enable" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from enable" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from enable" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from enable" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from enable" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from enable" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from enable" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from disable" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from disable" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from disable" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from disable" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from disable" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from disable" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from disable" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from disable" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from disable" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from disable" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -l ttl -d 'For how long, for example 10m [default: SEMANTIC_CACHE_TTL_SECONDS]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -l semantic -d 'An argument in which other words for the same may match; may be given several times' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -l on -d 'Keep its results whatever its server says of it'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -l off -d 'Never keep its results'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -l default -d 'Leave it to its server, which may say that the tool only reads'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from cache" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-in" -l as -d 'The user whom this token speaks for, in place of the operator' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-in" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-in" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-in" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-in" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-in" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-in" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-in" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-in" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-in" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-in" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-in" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-ins" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-ins" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-ins" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-ins" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-ins" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-ins" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-ins" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-ins" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-ins" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-ins" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-ins" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-out" -l subject -d 'Whose tokens; without, everybody\'s' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-out" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-out" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-out" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-out" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-out" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-out" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-out" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-out" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-out" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-out" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from sign-out" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from remove" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from remove" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from remove" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from remove" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from remove" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from remove" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from remove" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from remove" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from import" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from import" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from import" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from import" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from import" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from import" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from import" -l dry-run -d 'Say what would become of each, change nothing'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from import" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from import" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from import" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "add" -d 'Register a server; without flags, asks on a terminal'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the servers'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one server'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "test" -d 'Connect to a server and say who answers'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "enable" -d 'Use a server\'s tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "disable" -d 'Hide a server\'s tools without forgetting them'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "cache" -d 'Say how the results of one of its tools are kept; without flags, show it'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "sign-in" -d 'Print a link with which to sign in at a server whose users do so: the operator, for whom the gateway lists its tools, or the user of a token'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "sign-ins" -d 'List the users who have signed in at a server'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "sign-out" -d 'Forget the tokens of a server\'s users, or of one of them'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Forget a server and its tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "import" -d 'Register the servers of a desktop client\'s `mcpServers` JSON'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand server; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -f -a "provision" -d 'Make a tenant\'s database, collections and indexes; safe to repeat'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -f -a "list" -d 'List the tenants'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -f -a "show" -d 'Show one tenant'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -f -a "remove" -d 'Remove a tenant with everything it has'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and not __fish_seen_subcommand_from provision list show remove help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from provision" -l wait -d 'How long to wait until its indexes are ready' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from provision" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from provision" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from provision" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from provision" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from provision" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from provision" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from provision" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from provision" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from provision" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from provision" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from provision" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from list" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from list" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from list" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from list" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from list" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from list" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from list" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from list" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from show" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from show" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from show" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from show" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from show" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from show" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from show" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from show" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from remove" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from remove" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from remove" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from remove" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from remove" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from remove" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from remove" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from remove" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from help" -f -a "provision" -d 'Make a tenant\'s database, collections and indexes; safe to repeat'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the tenants'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show one tenant'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a tenant with everything it has'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand tenant; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -f -a "list" -d 'List the tenant\'s policies'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -f -a "show" -d 'Print a policy'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -f -a "set" -d 'Save a policy from a file (`-` for standard input), once it was checked'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -f -a "validate" -d 'Say what is wrong with a policy in a file (`-` for standard input), and save nothing'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -f -a "remove" -d 'Remove a policy; without one named `default`, the shipped scope rule is in force'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -f -a "check" -d 'Say what a caller may do with a tool, and which policy decides'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -f -a "assign" -d 'Note the roles and attributes of a user, for policies to ask for'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -f -a "schema" -d 'Print what policies may speak of, as a Cedar schema'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and not __fish_seen_subcommand_from list show set validate remove check assign schema help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from list" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from list" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from list" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from list" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from list" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from list" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from list" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from list" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from show" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from show" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from show" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from show" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from show" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from show" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from show" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from show" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from set" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from set" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from set" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from set" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from set" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from set" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from set" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from set" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from set" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from validate" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from validate" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from validate" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from validate" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from validate" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from validate" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from validate" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from validate" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from validate" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from validate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from validate" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from remove" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from remove" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from remove" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from remove" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from remove" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from remove" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from remove" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from remove" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -l as -d 'The caller that this token speaks for' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -l scopes -d 'A caller with these scopes and nothing else (comma-separated)' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -l subject -d 'The caller of this name, as tokens call them (`sub`)' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -l groups -d 'Their groups, which are scopes too (comma-separated)' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -l roles -d 'Their roles (comma-separated)' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -l roles -d 'Roles' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -l attribute -d 'Attributes' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -l clear -d 'Forget what was noted'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from assign" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from schema" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from schema" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from schema" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from schema" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from schema" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from schema" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from schema" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from schema" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from schema" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from schema" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the tenant\'s policies'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "show" -d 'Print a policy'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "set" -d 'Save a policy from a file (`-` for standard input), once it was checked'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "validate" -d 'Say what is wrong with a policy in a file (`-` for standard input), and save nothing'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a policy; without one named `default`, the shipped scope rule is in force'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "check" -d 'Say what a caller may do with a tool, and which policy decides'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "assign" -d 'Note the roles and attributes of a user, for policies to ask for'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "schema" -d 'Print what policies may speak of, as a Cedar schema'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -f -a "list" -d 'List the accounts'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -f -a "password" -d 'Give an account another password, read from standard input; all its sessions end'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -f -a "sessions" -d 'Show where an account is logged in'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -f -a "logout" -d 'End all sessions of an account'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -f -a "invite" -d 'Print a link to make the first account with, while there is none'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and not __fish_seen_subcommand_from list password sessions logout invite help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from list" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from list" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from list" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from list" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from list" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from list" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from list" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from list" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from password" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from password" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from password" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from password" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from password" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from password" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from password" -l generate -d 'Make one and print it, once'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from password" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from password" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from password" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from password" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from password" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from sessions" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from sessions" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from sessions" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from sessions" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from sessions" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from sessions" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from sessions" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from sessions" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from sessions" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from sessions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from sessions" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from logout" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from logout" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from logout" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from logout" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from logout" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from logout" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from logout" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from logout" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from logout" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from logout" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from logout" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from invite" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from invite" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from invite" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from invite" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from invite" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from invite" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from invite" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from invite" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from invite" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from invite" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from invite" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the accounts'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "password" -d 'Give an account another password, read from standard input; all its sessions end'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "sessions" -d 'Show where an account is logged in'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "logout" -d 'End all sessions of an account'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "invite" -d 'Print a link to make the first account with, while there is none'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -f -a "show" -d 'Show which embedding space is in force'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -f -a "test" -d 'Ask a provider for a vector, and say how long its vectors are; without flags the one in force'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -f -a "switch" -d 'Switch to another provider or model while everything is served; without flags, go on with an unfinished switch'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -f -a "status" -d 'How far a switch is'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -f -a "cancel" -d 'Give an unfinished switch up; the space in force stays'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and not __fish_seen_subcommand_from show test switch status cancel help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from show" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from show" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from show" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from show" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from show" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from show" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from show" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from show" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -l provider -d 'builtin, local, ollama, openai, azure_openai, voyage or gemini' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -l model -d 'The model; for `local` the folder it is in' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -l api-key-file -d 'A file with the API key (`-` for standard input) [default: the one that is known for that provider at that place]' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -l base-url -d 'Where the provider is, unless at its usual place' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -l deployment -d 'Azure\'s name of the deployment' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -l api-version -d 'Azure\'s version of its API' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from test" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l provider -d 'builtin, local, ollama, openai, azure_openai, voyage or gemini' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l model -d 'The model; for `local` the folder it is in' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l api-key-file -d 'A file with the API key (`-` for standard input) [default: the one that is known for that provider at that place]' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l base-url -d 'Where the provider is, unless at its usual place' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l deployment -d 'Azure\'s name of the deployment' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l api-version -d 'Azure\'s version of its API' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l dry-run -d 'Only try the provider, and say what would be done'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from switch" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from status" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from status" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from status" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from status" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from status" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from status" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from status" -l watch -d 'Until the switch has ended'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from status" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from status" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from status" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from cancel" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from cancel" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from cancel" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from cancel" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from cancel" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from cancel" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from cancel" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from cancel" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from cancel" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from cancel" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show which embedding space is in force'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from help" -f -a "test" -d 'Ask a provider for a vector, and say how long its vectors are; without flags the one in force'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from help" -f -a "switch" -d 'Switch to another provider or model while everything is served; without flags, go on with an unfinished switch'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from help" -f -a "status" -d 'How far a switch is'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from help" -f -a "cancel" -d 'Give an unfinished switch up; the space in force stays'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand embeddings; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -f -a "check" -d 'Say what the guardrails would do to a text'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -f -a "signatures" -d 'The known attacks that texts are compared with'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -f -a "allow" -d 'Let categories pass for a server or one of its tools; without any, say which do'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and not __fish_seen_subcommand_from check signatures allow help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from check" -l direction -d 'What the text is' -r -f -a "arguments\t'Arguments of a call'
result\t'What a server answers'
definition\t'What a server says of its tools'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from check" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from check" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from check" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from check" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from check" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from check" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from check" -l jsonl -d 'Read JSON lines {"text"}, print one verdict a line'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from check" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from check" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -f -a "list" -d 'List them'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -f -a "add" -d 'Add one'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -f -a "remove" -d 'Remove one that was added, or switch off one that comes with the program'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from signatures" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from allow" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from allow" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from allow" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from allow" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from allow" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from allow" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from allow" -l none -d 'Let none pass any more'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from allow" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from allow" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from allow" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from allow" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from allow" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from help" -f -a "check" -d 'Say what the guardrails would do to a text'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from help" -f -a "signatures" -d 'The known attacks that texts are compared with'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from help" -f -a "allow" -d 'Let categories pass for a server or one of its tools; without any, say which do'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand guardrails; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -f -a "tail" -d 'Show what was executed'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -f -a "report" -d 'Sum up what was executed'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -f -a "export" -d 'Write what was executed as CSV'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and not __fish_seen_subcommand_from tail report export help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l server -d 'Only this server\'s' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l tool -d 'Only of the tool, prompt or route of this name' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l outcome -d 'Only what ended like this: a status, or `failed`' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l subject -d 'Only of this caller' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l kind -d 'Only of this kind: tool_call, search, prompt, resource, completion, admin' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l since -d 'How far back' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l limit -d 'The latest so many' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -s f -l follow -d 'Go on with what is executed from now on'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from tail" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from report" -l since -d 'How far back' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from report" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from report" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from report" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from report" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from report" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from report" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from report" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from report" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from report" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from report" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l server -d 'Only this server\'s' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l tool -d 'Only of the tool, prompt or route of this name' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l outcome -d 'Only what ended like this: a status, or `failed`' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l subject -d 'Only of this caller' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l kind -d 'Only of this kind: tool_call, search, prompt, resource, completion, admin' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l since -d 'How far back' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l until -d 'Up to how long ago' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l limit -d 'The latest so many' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from export" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "tail" -d 'Show what was executed'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "report" -d 'Sum up what was executed'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write what was executed as CSV'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand audit; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and not __fish_seen_subcommand_from migrate help" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and not __fish_seen_subcommand_from migrate help" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and not __fish_seen_subcommand_from migrate help" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and not __fish_seen_subcommand_from migrate help" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and not __fish_seen_subcommand_from migrate help" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and not __fish_seen_subcommand_from migrate help" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and not __fish_seen_subcommand_from migrate help" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and not __fish_seen_subcommand_from migrate help" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and not __fish_seen_subcommand_from migrate help" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and not __fish_seen_subcommand_from migrate help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and not __fish_seen_subcommand_from migrate help" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and not __fish_seen_subcommand_from migrate help" -f -a "migrate" -d 'Count, remove or embed anew what was kept in another embedding space than the one in force'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and not __fish_seen_subcommand_from migrate help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -l mode -d 'status counts, purge removes, reembed makes new vectors' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -l batch-size -d 'Entries that are read and written at once' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -l all -d 'With purge: remove everything that was kept, and have no replica answer from it any more'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -l all-tenants -d 'Of every tenant, in place of --tenant\'s'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from migrate" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "migrate" -d 'Count, remove or embed anew what was kept in another embedding space than the one in force'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand cache; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -f -a "status" -d 'Show what the store keeps sealed, by which master key, and what lies in the clear'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -f -a "rotate" -d 'Have the present master key wrap every data key; what is sealed stays as it is'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -f -a "migrate" -d 'Seal what lies in the clear, and wipe it from the store'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and not __fish_seen_subcommand_from status rotate migrate help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from status" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from status" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from status" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from status" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from status" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from status" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from status" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from status" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from status" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from rotate" -l from -d 'The former master key: a file with 96 bytes or their base64, or with a former EMBEDDING_SECRET [env: QE_LOCAL_PREVIOUS_MASTER_KEY_FILE]' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from rotate" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from rotate" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from rotate" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from rotate" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from rotate" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from rotate" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from rotate" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from rotate" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from rotate" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from migrate" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from migrate" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from migrate" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from migrate" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from migrate" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from migrate" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from migrate" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from migrate" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from migrate" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from migrate" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from help" -f -a "status" -d 'Show what the store keeps sealed, by which master key, and what lies in the clear'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from help" -f -a "rotate" -d 'Have the present master key wrap every data key; what is sealed stays as it is'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from help" -f -a "migrate" -d 'Seal what lies in the clear, and wipe it from the store'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand secrets; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -f -a "mint" -d 'Sign a token of the tenant named with --tenant; plain output is the token alone'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -f -a "verify" -d 'Say whom a token speaks for, or what is wrong with it'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and not __fish_seen_subcommand_from mint verify help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -l subject -d 'Whom it speaks for' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -l groups -d 'Claim `groups`' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -l scopes -d 'Claim `scopes`' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -l roles -d 'Claim `roles`' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -l ttl -d 'How long it is good for' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -l alg -d 'How it is signed [default: as AUTH_MODE verifies it, else RS256]' -r -f -a "RS256\t'With the development key, which is made when it is first needed'
HS256\t'With JWT_SECRET'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from mint" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from verify" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from verify" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from verify" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from verify" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from verify" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from verify" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from verify" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from verify" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "mint" -d 'Sign a token of the tenant named with --tenant; plain output is the token alone'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Say whom a token speaks for, or what is wrong with it'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand token; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and not __fish_seen_subcommand_from show help" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and not __fish_seen_subcommand_from show help" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and not __fish_seen_subcommand_from show help" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and not __fish_seen_subcommand_from show help" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and not __fish_seen_subcommand_from show help" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and not __fish_seen_subcommand_from show help" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and not __fish_seen_subcommand_from show help" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and not __fish_seen_subcommand_from show help" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and not __fish_seen_subcommand_from show help" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and not __fish_seen_subcommand_from show help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and not __fish_seen_subcommand_from show help" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and not __fish_seen_subcommand_from show help" -f -a "show" -d 'Show every key that is set, with its value (secrets masked) and where it came from'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and not __fish_seen_subcommand_from show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and __fish_seen_subcommand_from show" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and __fish_seen_subcommand_from show" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and __fish_seen_subcommand_from show" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and __fish_seen_subcommand_from show" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and __fish_seen_subcommand_from show" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show every key that is set, with its value (secrets masked) and where it came from'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l tool -d 'Say too which policy decides about this tool (`server__tool`)' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l as -d 'The caller that this token speaks for' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l scopes -d 'A caller with these scopes and nothing else (comma-separated)' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l subject -d 'The caller of this name, as tokens call them (`sub`)' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l groups -d 'Their groups, which are scopes too (comma-separated)' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l roles -d 'Their roles (comma-separated)' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l quick -d 'Only read the configuration and ask the gateway that runs here whether it is ready: exit 0 or 1 within seconds'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand doctor" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -l url -d 'A gateway that runs, by the URL of its MCP endpoint' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -l file -d 'The client\'s file, where it is not in the usual place' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -l undo -d 'Take the gateway out again: the file is as it was, but for what was changed in it since'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -l dry-run -d 'Only print what would be written'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand connect" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -l bind -d 'Serve streamable HTTP at http://ADDRESS/mcp in place of stdin and stdout' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -l name -d 'The name that a gateway knows it by: with DOWNSTREAM_JWT_VERIFY a token for another server is refused' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -l token -d 'The gateway\'s token for this server, which DOWNSTREAM_JWT_VERIFY asks for' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand demo-server" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand warden" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand warden" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand warden" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand warden" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand warden" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand warden" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand warden" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand warden" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand warden" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand warden" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand warden" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand completions" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand completions" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand completions" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand completions" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand completions" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand completions" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand completions" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand completions" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand completions" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand completions" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand man" -l store -d 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user\'s data directory]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand man" -l db -d 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand man" -l tenant -d 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]' -r
complete -c mcpgw -n "__fish_mcpgw_using_subcommand man" -l config -d 'A TOML file with the same keys as the environment, in lower case' -r -F
complete -c mcpgw -n "__fish_mcpgw_using_subcommand man" -l output -d 'How results are printed [default: table on a terminal, plain otherwise]' -r -f -a "table\t'For people'
json\t'One JSON document'
plain\t'Tab-separated, for scripts'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand man" -l color -d 'Whether to color (NO_COLOR is respected)' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c mcpgw -n "__fish_mcpgw_using_subcommand man" -s v -l verbose -d 'More log lines; twice for all of them [env: RUST_LOG]'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand man" -s q -l quiet -d 'Only errors'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand man" -l yes -d 'Answer every confirmation with yes'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand man" -s V -l version -d 'Print version'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "serve" -d 'Run the gateway'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "stdio" -d 'Run the gateway for one client on standard input and output'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "bootstrap" -d 'Make the store ready: register, sync, index'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "search" -d 'Find tools by what they do or how they are called'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "call" -d 'Call a tool'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "catalog" -d 'Which tools exist'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "server" -d 'Which MCP servers are behind the gateway'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "tenant" -d 'Whose catalogs there are'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "policy" -d 'Who may discover and call what, in Cedar'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "account" -d 'Who has an account of the console'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "embeddings" -d 'Which provider makes the vectors, and the change to another'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "guardrails" -d 'What may pass: personal data, secrets, orders to the model'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "audit" -d 'What was executed, and what came of it'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "cache" -d 'Results that were kept'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "secrets" -d 'The servers\' credentials, as the store keeps them'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "token" -d 'Sign and check callers\' tokens'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "config" -d 'Which configuration is in force'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "doctor" -d 'Check every dependency and say how to fix what is broken'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "connect" -d 'Put the gateway into the list of a client on this machine'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "demo-server" -d 'Run one of the demo MCP servers'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "warden" -d 'End what a killed gateway has left behind (started by the gateway itself)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "completions" -d 'Print shell completions'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "man" -d 'Write the man pages'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and not __fish_seen_subcommand_from serve stdio bootstrap search call catalog server tenant policy account embeddings guardrails audit cache secrets token config doctor connect demo-server warden completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "sync" -d 'Bring the catalog up to date with what the servers list'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "list" -d 'List tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "show" -d 'Show one tool'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "eval" -d 'Measure how well the search finds the tools of judged requests'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "judge" -d 'Say which tools are right for a request, for `catalog eval --judged`'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "quarantine" -d 'List the tools that are kept back, and how their definitions differ from the accepted ones'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "release" -d 'Accept the definition that a tool has now'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "pin" -d 'List a tool beside the discovery tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from catalog" -f -a "unpin" -d 'List it no longer beside the discovery tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "add" -d 'Register a server; without flags, asks on a terminal'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "list" -d 'List the servers'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "show" -d 'Show one server'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "test" -d 'Connect to a server and say who answers'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "enable" -d 'Use a server\'s tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "disable" -d 'Hide a server\'s tools without forgetting them'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "cache" -d 'Say how the results of one of its tools are kept; without flags, show it'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "sign-in" -d 'Print a link with which to sign in at a server whose users do so: the operator, for whom the gateway lists its tools, or the user of a token'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "sign-ins" -d 'List the users who have signed in at a server'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "sign-out" -d 'Forget the tokens of a server\'s users, or of one of them'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "remove" -d 'Forget a server and its tools'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from server" -f -a "import" -d 'Register the servers of a desktop client\'s `mcpServers` JSON'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from tenant" -f -a "provision" -d 'Make a tenant\'s database, collections and indexes; safe to repeat'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from tenant" -f -a "list" -d 'List the tenants'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from tenant" -f -a "show" -d 'Show one tenant'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from tenant" -f -a "remove" -d 'Remove a tenant with everything it has'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "list" -d 'List the tenant\'s policies'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "show" -d 'Print a policy'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "set" -d 'Save a policy from a file (`-` for standard input), once it was checked'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "validate" -d 'Say what is wrong with a policy in a file (`-` for standard input), and save nothing'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "remove" -d 'Remove a policy; without one named `default`, the shipped scope rule is in force'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "check" -d 'Say what a caller may do with a tool, and which policy decides'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "assign" -d 'Note the roles and attributes of a user, for policies to ask for'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "schema" -d 'Print what policies may speak of, as a Cedar schema'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "list" -d 'List the accounts'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "password" -d 'Give an account another password, read from standard input; all its sessions end'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "sessions" -d 'Show where an account is logged in'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "logout" -d 'End all sessions of an account'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "invite" -d 'Print a link to make the first account with, while there is none'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from embeddings" -f -a "show" -d 'Show which embedding space is in force'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from embeddings" -f -a "test" -d 'Ask a provider for a vector, and say how long its vectors are; without flags the one in force'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from embeddings" -f -a "switch" -d 'Switch to another provider or model while everything is served; without flags, go on with an unfinished switch'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from embeddings" -f -a "status" -d 'How far a switch is'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from embeddings" -f -a "cancel" -d 'Give an unfinished switch up; the space in force stays'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from guardrails" -f -a "check" -d 'Say what the guardrails would do to a text'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from guardrails" -f -a "signatures" -d 'The known attacks that texts are compared with'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from guardrails" -f -a "allow" -d 'Let categories pass for a server or one of its tools; without any, say which do'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "tail" -d 'Show what was executed'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "report" -d 'Sum up what was executed'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from audit" -f -a "export" -d 'Write what was executed as CSV'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from cache" -f -a "migrate" -d 'Count, remove or embed anew what was kept in another embedding space than the one in force'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from secrets" -f -a "status" -d 'Show what the store keeps sealed, by which master key, and what lies in the clear'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from secrets" -f -a "rotate" -d 'Have the present master key wrap every data key; what is sealed stays as it is'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from secrets" -f -a "migrate" -d 'Seal what lies in the clear, and wipe it from the store'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "mint" -d 'Sign a token of the tenant named with --tenant; plain output is the token alone'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from token" -f -a "verify" -d 'Say whom a token speaks for, or what is wrong with it'
complete -c mcpgw -n "__fish_mcpgw_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "show" -d 'Show every key that is set, with its value (secrets masked) and where it came from'
