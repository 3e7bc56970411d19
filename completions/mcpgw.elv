
use builtin;
use str;

set edit:completion:arg-completer[mcpgw] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'mcpgw'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'mcpgw'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand serve 'Run the gateway'
            cand stdio 'Run the gateway for one client on standard input and output'
            cand bootstrap 'Make the store ready: register, sync, index'
            cand search 'Find tools by what they do or how they are called'
            cand call 'Call a tool'
            cand catalog 'Which tools exist'
            cand server 'Which MCP servers are behind the gateway'
            cand tenant 'Whose catalogs there are'
            cand policy 'Who may discover and call what, in Cedar'
            cand account 'Who has an account of the console'
            cand embeddings 'Which provider makes the vectors, and the change to another'
            cand guardrails 'What may pass: personal data, secrets, orders to the model'
            cand audit 'What was executed, and what came of it'
            cand cache 'Results that were kept'
            cand secrets 'The servers'' credentials, as the store keeps them'
            cand token 'Sign and check callers'' tokens'
            cand config 'Which configuration is in force'
            cand doctor 'Check every dependency and say how to fix what is broken'
            cand connect 'Put the gateway into the list of a client on this machine'
            cand demo-server 'Run one of the demo MCP servers'
            cand warden 'End what a killed gateway has left behind (started by the gateway itself)'
            cand completions 'Print shell completions'
            cand man 'Write the man pages'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;serve'= {
            cand --bind 'Where to listen [env: MCPGW_BIND] [default: 127.0.0.1:8000]'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --demo 'Start two demo MCP servers and put them behind the gateway'
            cand --bootstrap 'Sync the catalog when starting, also with AUTO_BOOTSTRAP=false'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;stdio'= {
            cand --view 'What is listed: every tool, or the discovery tools [default: as MCP_DISCOVERY says]'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;bootstrap'= {
            cand --wait 'How long to wait until everything is searchable'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --demo 'Register the demo servers, too'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;search'= {
            cand --mode 'Which arms rank; `all` compares the three'
            cand --limit 'How many tools'
            cand --as 'The caller that this token speaks for'
            cand --scopes 'A caller with these scopes and nothing else (comma-separated)'
            cand --subject 'The caller of this name, as tokens call them (`sub`)'
            cand --groups 'Their groups, which are scopes too (comma-separated)'
            cand --roles 'Their roles (comma-separated)'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --explain 'Show how the scores came about'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;call'= {
            cand --args 'The arguments: a JSON object, @FILE, or - for stdin'
            cand --timeout 'When to give up, for example 2s; starting the server counts [default: 30s]'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;catalog'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand sync 'Bring the catalog up to date with what the servers list'
            cand list 'List tools'
            cand show 'Show one tool'
            cand eval 'Measure how well the search finds the tools of judged requests'
            cand judge 'Say which tools are right for a request, for `catalog eval --judged`'
            cand quarantine 'List the tools that are kept back, and how their definitions differ from the accepted ones'
            cand release 'Accept the definition that a tool has now'
            cand pin 'List a tool beside the discovery tools'
            cand unpin 'List it no longer beside the discovery tools'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;catalog;sync'= {
            cand --server 'Only this server; may be given several times'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --prune 'Remove tools that their server no longer lists'
            cand --dry-run 'Say what would change, change nothing'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;catalog;list'= {
            cand --server 'Only this server'
            cand --query 'Only those with all of these words in name, server, title or description'
            cand --status 'Only in this state; `all` shows also what cannot be used'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;catalog;show'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;catalog;eval'= {
            cand --queries 'Requests: JSON lines {"id", "text"}'
            cand --qrels 'Judgements: request id, tool id and relevance, with tabs between. Tools of the catalog are called server/tool'
            cand --tools 'Search these tools in place of the tenant''s: JSON lines {"id", "server", "name", "description", "parameters"}'
            cand --mode 'Which arms rank'
            cand --k 'After how many results recall is measured'
            cand --run-dir 'Write what was found here: MODE.tsv with request id, rank, tool id and score'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --judged 'The tenant''s own judged requests, as `catalog judge` and the console note them'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;catalog;judge'= {
            cand --remove 'Forget the judged request of this id'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --list 'List the judged requests'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;catalog;quarantine'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;catalog;release'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --all 'Every tool of the server that is kept back'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;catalog;pin'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;catalog;unpin'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;catalog;help'= {
            cand sync 'Bring the catalog up to date with what the servers list'
            cand list 'List tools'
            cand show 'Show one tool'
            cand eval 'Measure how well the search finds the tools of judged requests'
            cand judge 'Say which tools are right for a request, for `catalog eval --judged`'
            cand quarantine 'List the tools that are kept back, and how their definitions differ from the accepted ones'
            cand release 'Accept the definition that a tool has now'
            cand pin 'List a tool beside the discovery tools'
            cand unpin 'List it no longer beside the discovery tools'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;catalog;help;sync'= {
        }
        &'mcpgw;catalog;help;list'= {
        }
        &'mcpgw;catalog;help;show'= {
        }
        &'mcpgw;catalog;help;eval'= {
        }
        &'mcpgw;catalog;help;judge'= {
        }
        &'mcpgw;catalog;help;quarantine'= {
        }
        &'mcpgw;catalog;help;release'= {
        }
        &'mcpgw;catalog;help;pin'= {
        }
        &'mcpgw;catalog;help;unpin'= {
        }
        &'mcpgw;catalog;help;help'= {
        }
        &'mcpgw;server'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand add 'Register a server; without flags, asks on a terminal'
            cand list 'List the servers'
            cand show 'Show one server'
            cand test 'Connect to a server and say who answers'
            cand enable 'Use a server''s tools'
            cand disable 'Hide a server''s tools without forgetting them'
            cand cache 'Say how the results of one of its tools are kept; without flags, show it'
            cand sign-in 'Print a link with which to sign in at a server whose users do so: the operator, for whom the gateway lists its tools, or the user of a token'
            cand sign-ins 'List the users who have signed in at a server'
            cand sign-out 'Forget the tokens of a server''s users, or of one of them'
            cand remove 'Forget a server and its tools'
            cand import 'Register the servers of a desktop client''s `mcpServers` JSON'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;server;add'= {
            cand --url 'Its streamable HTTP endpoint'
            cand --header 'A header sent with every request; may be given several times'
            cand --env 'A variable of the program''s environment; may be given several times'
            cand --scope 'A scope that sees its tools; may be given several times. Without any, only unrestricted callers do'
            cand --oauth-token-url 'Where the gateway gets access tokens for the server: in its own name (OAuth client credentials), or in that of each user with --oauth-authorize-url'
            cand --oauth-authorize-url 'Where users sign in themselves: each call is then made with the token of the user who makes it'
            cand --oauth-client-id 'Who the gateway is there'
            cand --oauth-client-secret-file 'A file with the secret that proves it; a client that only users sign in to may have none'
            cand --oauth-scope 'The scope to ask for there'
            cand --timeout 'Deadline of its calls, for example 2s'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --sse 'The URL is that of the older HTTP+SSE transport, often ending in /sse'
            cand --stdio 'A program that speaks MCP on stdin and stdout; give it after --'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;server;list'= {
            cand --query 'Only those with all of these words in name or target'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;server;show'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;server;test'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;server;enable'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;server;disable'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;server;cache'= {
            cand --ttl 'For how long, for example 10m [default: SEMANTIC_CACHE_TTL_SECONDS]'
            cand --semantic 'An argument in which other words for the same may match; may be given several times'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --on 'Keep its results whatever its server says of it'
            cand --off 'Never keep its results'
            cand --default 'Leave it to its server, which may say that the tool only reads'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;server;sign-in'= {
            cand --as 'The user whom this token speaks for, in place of the operator'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;server;sign-ins'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;server;sign-out'= {
            cand --subject 'Whose tokens; without, everybody''s'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;server;remove'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;server;import'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --dry-run 'Say what would become of each, change nothing'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;server;help'= {
            cand add 'Register a server; without flags, asks on a terminal'
            cand list 'List the servers'
            cand show 'Show one server'
            cand test 'Connect to a server and say who answers'
            cand enable 'Use a server''s tools'
            cand disable 'Hide a server''s tools without forgetting them'
            cand cache 'Say how the results of one of its tools are kept; without flags, show it'
            cand sign-in 'Print a link with which to sign in at a server whose users do so: the operator, for whom the gateway lists its tools, or the user of a token'
            cand sign-ins 'List the users who have signed in at a server'
            cand sign-out 'Forget the tokens of a server''s users, or of one of them'
            cand remove 'Forget a server and its tools'
            cand import 'Register the servers of a desktop client''s `mcpServers` JSON'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;server;help;add'= {
        }
        &'mcpgw;server;help;list'= {
        }
        &'mcpgw;server;help;show'= {
        }
        &'mcpgw;server;help;test'= {
        }
        &'mcpgw;server;help;enable'= {
        }
        &'mcpgw;server;help;disable'= {
        }
        &'mcpgw;server;help;cache'= {
        }
        &'mcpgw;server;help;sign-in'= {
        }
        &'mcpgw;server;help;sign-ins'= {
        }
        &'mcpgw;server;help;sign-out'= {
        }
        &'mcpgw;server;help;remove'= {
        }
        &'mcpgw;server;help;import'= {
        }
        &'mcpgw;server;help;help'= {
        }
        &'mcpgw;tenant'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand provision 'Make a tenant''s database, collections and indexes; safe to repeat'
            cand list 'List the tenants'
            cand show 'Show one tenant'
            cand remove 'Remove a tenant with everything it has'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;tenant;provision'= {
            cand --wait 'How long to wait until its indexes are ready'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;tenant;list'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;tenant;show'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;tenant;remove'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;tenant;help'= {
            cand provision 'Make a tenant''s database, collections and indexes; safe to repeat'
            cand list 'List the tenants'
            cand show 'Show one tenant'
            cand remove 'Remove a tenant with everything it has'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;tenant;help;provision'= {
        }
        &'mcpgw;tenant;help;list'= {
        }
        &'mcpgw;tenant;help;show'= {
        }
        &'mcpgw;tenant;help;remove'= {
        }
        &'mcpgw;tenant;help;help'= {
        }
        &'mcpgw;policy'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand list 'List the tenant''s policies'
            cand show 'Print a policy'
            cand set 'Save a policy from a file (`-` for standard input), once it was checked'
            cand validate 'Say what is wrong with a policy in a file (`-` for standard input), and save nothing'
            cand remove 'Remove a policy; without one named `default`, the shipped scope rule is in force'
            cand check 'Say what a caller may do with a tool, and which policy decides'
            cand assign 'Note the roles and attributes of a user, for policies to ask for'
            cand schema 'Print what policies may speak of, as a Cedar schema'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;policy;list'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;policy;show'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;policy;set'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;policy;validate'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;policy;remove'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;policy;check'= {
            cand --as 'The caller that this token speaks for'
            cand --scopes 'A caller with these scopes and nothing else (comma-separated)'
            cand --subject 'The caller of this name, as tokens call them (`sub`)'
            cand --groups 'Their groups, which are scopes too (comma-separated)'
            cand --roles 'Their roles (comma-separated)'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;policy;assign'= {
            cand --roles 'Roles'
            cand --attribute 'Attributes'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --clear 'Forget what was noted'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;policy;schema'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;policy;help'= {
            cand list 'List the tenant''s policies'
            cand show 'Print a policy'
            cand set 'Save a policy from a file (`-` for standard input), once it was checked'
            cand validate 'Say what is wrong with a policy in a file (`-` for standard input), and save nothing'
            cand remove 'Remove a policy; without one named `default`, the shipped scope rule is in force'
            cand check 'Say what a caller may do with a tool, and which policy decides'
            cand assign 'Note the roles and attributes of a user, for policies to ask for'
            cand schema 'Print what policies may speak of, as a Cedar schema'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;policy;help;list'= {
        }
        &'mcpgw;policy;help;show'= {
        }
        &'mcpgw;policy;help;set'= {
        }
        &'mcpgw;policy;help;validate'= {
        }
        &'mcpgw;policy;help;remove'= {
        }
        &'mcpgw;policy;help;check'= {
        }
        &'mcpgw;policy;help;assign'= {
        }
        &'mcpgw;policy;help;schema'= {
        }
        &'mcpgw;policy;help;help'= {
        }
        &'mcpgw;account'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand list 'List the accounts'
            cand password 'Give an account another password, read from standard input; all its sessions end'
            cand sessions 'Show where an account is logged in'
            cand logout 'End all sessions of an account'
            cand invite 'Print a link to make the first account with, while there is none'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;account;list'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;account;password'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --generate 'Make one and print it, once'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;account;sessions'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;account;logout'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;account;invite'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;account;help'= {
            cand list 'List the accounts'
            cand password 'Give an account another password, read from standard input; all its sessions end'
            cand sessions 'Show where an account is logged in'
            cand logout 'End all sessions of an account'
            cand invite 'Print a link to make the first account with, while there is none'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;account;help;list'= {
        }
        &'mcpgw;account;help;password'= {
        }
        &'mcpgw;account;help;sessions'= {
        }
        &'mcpgw;account;help;logout'= {
        }
        &'mcpgw;account;help;invite'= {
        }
        &'mcpgw;account;help;help'= {
        }
        &'mcpgw;embeddings'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand show 'Show which embedding space is in force'
            cand test 'Ask a provider for a vector, and say how long its vectors are; without flags the one in force'
            cand switch 'Switch to another provider or model while everything is served; without flags, go on with an unfinished switch'
            cand status 'How far a switch is'
            cand cancel 'Give an unfinished switch up; the space in force stays'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;embeddings;show'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;embeddings;test'= {
            cand --provider 'builtin, local, ollama, openai, azure_openai, voyage or gemini'
            cand --model 'The model; for `local` the folder it is in'
            cand --api-key-file 'A file with the API key (`-` for standard input) [default: the one that is known for that provider at that place]'
            cand --base-url 'Where the provider is, unless at its usual place'
            cand --deployment 'Azure''s name of the deployment'
            cand --api-version 'Azure''s version of its API'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;embeddings;switch'= {
            cand --provider 'builtin, local, ollama, openai, azure_openai, voyage or gemini'
            cand --model 'The model; for `local` the folder it is in'
            cand --api-key-file 'A file with the API key (`-` for standard input) [default: the one that is known for that provider at that place]'
            cand --base-url 'Where the provider is, unless at its usual place'
            cand --deployment 'Azure''s name of the deployment'
            cand --api-version 'Azure''s version of its API'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --dry-run 'Only try the provider, and say what would be done'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;embeddings;status'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --watch 'Until the switch has ended'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;embeddings;cancel'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;embeddings;help'= {
            cand show 'Show which embedding space is in force'
            cand test 'Ask a provider for a vector, and say how long its vectors are; without flags the one in force'
            cand switch 'Switch to another provider or model while everything is served; without flags, go on with an unfinished switch'
            cand status 'How far a switch is'
            cand cancel 'Give an unfinished switch up; the space in force stays'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;embeddings;help;show'= {
        }
        &'mcpgw;embeddings;help;test'= {
        }
        &'mcpgw;embeddings;help;switch'= {
        }
        &'mcpgw;embeddings;help;status'= {
        }
        &'mcpgw;embeddings;help;cancel'= {
        }
        &'mcpgw;embeddings;help;help'= {
        }
        &'mcpgw;guardrails'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand check 'Say what the guardrails would do to a text'
            cand signatures 'The known attacks that texts are compared with'
            cand allow 'Let categories pass for a server or one of its tools; without any, say which do'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;guardrails;check'= {
            cand --direction 'What the text is'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --jsonl 'Read JSON lines {"text"}, print one verdict a line'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;guardrails;signatures'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand list 'List them'
            cand add 'Add one'
            cand remove 'Remove one that was added, or switch off one that comes with the program'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;guardrails;signatures;list'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;guardrails;signatures;add'= {
            cand --family 'What kind of attack'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;guardrails;signatures;remove'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;guardrails;signatures;help'= {
            cand list 'List them'
            cand add 'Add one'
            cand remove 'Remove one that was added, or switch off one that comes with the program'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;guardrails;signatures;help;list'= {
        }
        &'mcpgw;guardrails;signatures;help;add'= {
        }
        &'mcpgw;guardrails;signatures;help;remove'= {
        }
        &'mcpgw;guardrails;signatures;help;help'= {
        }
        &'mcpgw;guardrails;allow'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --none 'Let none pass any more'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;guardrails;help'= {
            cand check 'Say what the guardrails would do to a text'
            cand signatures 'The known attacks that texts are compared with'
            cand allow 'Let categories pass for a server or one of its tools; without any, say which do'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;guardrails;help;check'= {
        }
        &'mcpgw;guardrails;help;signatures'= {
            cand list 'List them'
            cand add 'Add one'
            cand remove 'Remove one that was added, or switch off one that comes with the program'
        }
        &'mcpgw;guardrails;help;signatures;list'= {
        }
        &'mcpgw;guardrails;help;signatures;add'= {
        }
        &'mcpgw;guardrails;help;signatures;remove'= {
        }
        &'mcpgw;guardrails;help;allow'= {
        }
        &'mcpgw;guardrails;help;help'= {
        }
        &'mcpgw;audit'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand tail 'Show what was executed'
            cand report 'Sum up what was executed'
            cand export 'Write what was executed as CSV'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;audit;tail'= {
            cand --server 'Only this server''s'
            cand --tool 'Only of the tool, prompt or route of this name'
            cand --outcome 'Only what ended like this: a status, or `failed`'
            cand --subject 'Only of this caller'
            cand --kind 'Only of this kind: tool_call, search, prompt, resource, completion, admin'
            cand --since 'How far back'
            cand --limit 'The latest so many'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -f 'Go on with what is executed from now on'
            cand --follow 'Go on with what is executed from now on'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;audit;report'= {
            cand --since 'How far back'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;audit;export'= {
            cand --server 'Only this server''s'
            cand --tool 'Only of the tool, prompt or route of this name'
            cand --outcome 'Only what ended like this: a status, or `failed`'
            cand --subject 'Only of this caller'
            cand --kind 'Only of this kind: tool_call, search, prompt, resource, completion, admin'
            cand --since 'How far back'
            cand --until 'Up to how long ago'
            cand --limit 'The latest so many'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;audit;help'= {
            cand tail 'Show what was executed'
            cand report 'Sum up what was executed'
            cand export 'Write what was executed as CSV'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;audit;help;tail'= {
        }
        &'mcpgw;audit;help;report'= {
        }
        &'mcpgw;audit;help;export'= {
        }
        &'mcpgw;audit;help;help'= {
        }
        &'mcpgw;cache'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand migrate 'Count, remove or embed anew what was kept in another embedding space than the one in force'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;cache;migrate'= {
            cand --mode 'status counts, purge removes, reembed makes new vectors'
            cand --batch-size 'Entries that are read and written at once'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --all 'With purge: remove everything that was kept, and have no replica answer from it any more'
            cand --all-tenants 'Of every tenant, in place of --tenant''s'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;cache;help'= {
            cand migrate 'Count, remove or embed anew what was kept in another embedding space than the one in force'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;cache;help;migrate'= {
        }
        &'mcpgw;cache;help;help'= {
        }
        &'mcpgw;secrets'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand status 'Show what the store keeps sealed, by which master key, and what lies in the clear'
            cand rotate 'Have the present master key wrap every data key; what is sealed stays as it is'
            cand migrate 'Seal what lies in the clear, and wipe it from the store'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;secrets;status'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;secrets;rotate'= {
            cand --from 'The former master key: a file with 96 bytes or their base64, or with a former EMBEDDING_SECRET [env: QE_LOCAL_PREVIOUS_MASTER_KEY_FILE]'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;secrets;migrate'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;secrets;help'= {
            cand status 'Show what the store keeps sealed, by which master key, and what lies in the clear'
            cand rotate 'Have the present master key wrap every data key; what is sealed stays as it is'
            cand migrate 'Seal what lies in the clear, and wipe it from the store'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;secrets;help;status'= {
        }
        &'mcpgw;secrets;help;rotate'= {
        }
        &'mcpgw;secrets;help;migrate'= {
        }
        &'mcpgw;secrets;help;help'= {
        }
        &'mcpgw;token'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand mint 'Sign a token of the tenant named with --tenant; plain output is the token alone'
            cand verify 'Say whom a token speaks for, or what is wrong with it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;token;mint'= {
            cand --subject 'Whom it speaks for'
            cand --groups 'Claim `groups`'
            cand --scopes 'Claim `scopes`'
            cand --roles 'Claim `roles`'
            cand --ttl 'How long it is good for'
            cand --alg 'How it is signed [default: as AUTH_MODE verifies it, else RS256]'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;token;verify'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;token;help'= {
            cand mint 'Sign a token of the tenant named with --tenant; plain output is the token alone'
            cand verify 'Say whom a token speaks for, or what is wrong with it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;token;help;mint'= {
        }
        &'mcpgw;token;help;verify'= {
        }
        &'mcpgw;token;help;help'= {
        }
        &'mcpgw;config'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand show 'Show every key that is set, with its value (secrets masked) and where it came from'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;config;show'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;config;help'= {
            cand show 'Show every key that is set, with its value (secrets masked) and where it came from'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;config;help;show'= {
        }
        &'mcpgw;config;help;help'= {
        }
        &'mcpgw;doctor'= {
            cand --tool 'Say too which policy decides about this tool (`server__tool`)'
            cand --as 'The caller that this token speaks for'
            cand --scopes 'A caller with these scopes and nothing else (comma-separated)'
            cand --subject 'The caller of this name, as tokens call them (`sub`)'
            cand --groups 'Their groups, which are scopes too (comma-separated)'
            cand --roles 'Their roles (comma-separated)'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --quick 'Only read the configuration and ask the gateway that runs here whether it is ready: exit 0 or 1 within seconds'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;connect'= {
            cand --url 'A gateway that runs, by the URL of its MCP endpoint'
            cand --file 'The client''s file, where it is not in the usual place'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand --undo 'Take the gateway out again: the file is as it was, but for what was changed in it since'
            cand --dry-run 'Only print what would be written'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;demo-server'= {
            cand --bind 'Serve streamable HTTP at http://ADDRESS/mcp in place of stdin and stdout'
            cand --name 'The name that a gateway knows it by: with DOWNSTREAM_JWT_VERIFY a token for another server is refused'
            cand --token 'The gateway''s token for this server, which DOWNSTREAM_JWT_VERIFY asks for'
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;warden'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;completions'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;man'= {
            cand --store 'The store: mongodb://…, mongodb+srv://… or sqlite:PATH [env: MONGODB_URI, else MCPGW_STORE] [default: in the user''s data directory]'
            cand --db 'Prefix of the databases on MongoDB [env: MONGODB_DB_NAME] [default: mcp_gateway]'
            cand --tenant 'Whose catalog and servers [env: MCPGW_TENANT] [default: local-dev]'
            cand --config 'A TOML file with the same keys as the environment, in lower case'
            cand --output 'How results are printed [default: table on a terminal, plain otherwise]'
            cand --color 'Whether to color (NO_COLOR is respected)'
            cand -v 'More log lines; twice for all of them [env: RUST_LOG]'
            cand --verbose 'More log lines; twice for all of them [env: RUST_LOG]'
            cand -q 'Only errors'
            cand --quiet 'Only errors'
            cand --yes 'Answer every confirmation with yes'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'mcpgw;help'= {
            cand serve 'Run the gateway'
            cand stdio 'Run the gateway for one client on standard input and output'
            cand bootstrap 'Make the store ready: register, sync, index'
            cand search 'Find tools by what they do or how they are called'
            cand call 'Call a tool'
            cand catalog 'Which tools exist'
            cand server 'Which MCP servers are behind the gateway'
            cand tenant 'Whose catalogs there are'
            cand policy 'Who may discover and call what, in Cedar'
            cand account 'Who has an account of the console'
            cand embeddings 'Which provider makes the vectors, and the change to another'
            cand guardrails 'What may pass: personal data, secrets, orders to the model'
            cand audit 'What was executed, and what came of it'
            cand cache 'Results that were kept'
            cand secrets 'The servers'' credentials, as the store keeps them'
            cand token 'Sign and check callers'' tokens'
            cand config 'Which configuration is in force'
            cand doctor 'Check every dependency and say how to fix what is broken'
            cand connect 'Put the gateway into the list of a client on this machine'
            cand demo-server 'Run one of the demo MCP servers'
            cand warden 'End what a killed gateway has left behind (started by the gateway itself)'
            cand completions 'Print shell completions'
            cand man 'Write the man pages'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'mcpgw;help;serve'= {
        }
        &'mcpgw;help;stdio'= {
        }
        &'mcpgw;help;bootstrap'= {
        }
        &'mcpgw;help;search'= {
        }
        &'mcpgw;help;call'= {
        }
        &'mcpgw;help;catalog'= {
            cand sync 'Bring the catalog up to date with what the servers list'
            cand list 'List tools'
            cand show 'Show one tool'
            cand eval 'Measure how well the search finds the tools of judged requests'
            cand judge 'Say which tools are right for a request, for `catalog eval --judged`'
            cand quarantine 'List the tools that are kept back, and how their definitions differ from the accepted ones'
            cand release 'Accept the definition that a tool has now'
            cand pin 'List a tool beside the discovery tools'
            cand unpin 'List it no longer beside the discovery tools'
        }
        &'mcpgw;help;catalog;sync'= {
        }
        &'mcpgw;help;catalog;list'= {
        }
        &'mcpgw;help;catalog;show'= {
        }
        &'mcpgw;help;catalog;eval'= {
        }
        &'mcpgw;help;catalog;judge'= {
        }
        &'mcpgw;help;catalog;quarantine'= {
        }
        &'mcpgw;help;catalog;release'= {
        }
        &'mcpgw;help;catalog;pin'= {
        }
        &'mcpgw;help;catalog;unpin'= {
        }
        &'mcpgw;help;server'= {
            cand add 'Register a server; without flags, asks on a terminal'
            cand list 'List the servers'
            cand show 'Show one server'
            cand test 'Connect to a server and say who answers'
            cand enable 'Use a server''s tools'
            cand disable 'Hide a server''s tools without forgetting them'
            cand cache 'Say how the results of one of its tools are kept; without flags, show it'
            cand sign-in 'Print a link with which to sign in at a server whose users do so: the operator, for whom the gateway lists its tools, or the user of a token'
            cand sign-ins 'List the users who have signed in at a server'
            cand sign-out 'Forget the tokens of a server''s users, or of one of them'
            cand remove 'Forget a server and its tools'
            cand import 'Register the servers of a desktop client''s `mcpServers` JSON'
        }
        &'mcpgw;help;server;add'= {
        }
        &'mcpgw;help;server;list'= {
        }
        &'mcpgw;help;server;show'= {
        }
        &'mcpgw;help;server;test'= {
        }
        &'mcpgw;help;server;enable'= {
        }
        &'mcpgw;help;server;disable'= {
        }
        &'mcpgw;help;server;cache'= {
        }
        &'mcpgw;help;server;sign-in'= {
        }
        &'mcpgw;help;server;sign-ins'= {
        }
        &'mcpgw;help;server;sign-out'= {
        }
        &'mcpgw;help;server;remove'= {
        }
        &'mcpgw;help;server;import'= {
        }
        &'mcpgw;help;tenant'= {
            cand provision 'Make a tenant''s database, collections and indexes; safe to repeat'
            cand list 'List the tenants'
            cand show 'Show one tenant'
            cand remove 'Remove a tenant with everything it has'
        }
        &'mcpgw;help;tenant;provision'= {
        }
        &'mcpgw;help;tenant;list'= {
        }
        &'mcpgw;help;tenant;show'= {
        }
        &'mcpgw;help;tenant;remove'= {
        }
        &'mcpgw;help;policy'= {
            cand list 'List the tenant''s policies'
            cand show 'Print a policy'
            cand set 'Save a policy from a file (`-` for standard input), once it was checked'
            cand validate 'Say what is wrong with a policy in a file (`-` for standard input), and save nothing'
            cand remove 'Remove a policy; without one named `default`, the shipped scope rule is in force'
            cand check 'Say what a caller may do with a tool, and which policy decides'
            cand assign 'Note the roles and attributes of a user, for policies to ask for'
            cand schema 'Print what policies may speak of, as a Cedar schema'
        }
        &'mcpgw;help;policy;list'= {
        }
        &'mcpgw;help;policy;show'= {
        }
        &'mcpgw;help;policy;set'= {
        }
        &'mcpgw;help;policy;validate'= {
        }
        &'mcpgw;help;policy;remove'= {
        }
        &'mcpgw;help;policy;check'= {
        }
        &'mcpgw;help;policy;assign'= {
        }
        &'mcpgw;help;policy;schema'= {
        }
        &'mcpgw;help;account'= {
            cand list 'List the accounts'
            cand password 'Give an account another password, read from standard input; all its sessions end'
            cand sessions 'Show where an account is logged in'
            cand logout 'End all sessions of an account'
            cand invite 'Print a link to make the first account with, while there is none'
        }
        &'mcpgw;help;account;list'= {
        }
        &'mcpgw;help;account;password'= {
        }
        &'mcpgw;help;account;sessions'= {
        }
        &'mcpgw;help;account;logout'= {
        }
        &'mcpgw;help;account;invite'= {
        }
        &'mcpgw;help;embeddings'= {
            cand show 'Show which embedding space is in force'
            cand test 'Ask a provider for a vector, and say how long its vectors are; without flags the one in force'
            cand switch 'Switch to another provider or model while everything is served; without flags, go on with an unfinished switch'
            cand status 'How far a switch is'
            cand cancel 'Give an unfinished switch up; the space in force stays'
        }
        &'mcpgw;help;embeddings;show'= {
        }
        &'mcpgw;help;embeddings;test'= {
        }
        &'mcpgw;help;embeddings;switch'= {
        }
        &'mcpgw;help;embeddings;status'= {
        }
        &'mcpgw;help;embeddings;cancel'= {
        }
        &'mcpgw;help;guardrails'= {
            cand check 'Say what the guardrails would do to a text'
            cand signatures 'The known attacks that texts are compared with'
            cand allow 'Let categories pass for a server or one of its tools; without any, say which do'
        }
        &'mcpgw;help;guardrails;check'= {
        }
        &'mcpgw;help;guardrails;signatures'= {
            cand list 'List them'
            cand add 'Add one'
            cand remove 'Remove one that was added, or switch off one that comes with the program'
        }
        &'mcpgw;help;guardrails;signatures;list'= {
        }
        &'mcpgw;help;guardrails;signatures;add'= {
        }
        &'mcpgw;help;guardrails;signatures;remove'= {
        }
        &'mcpgw;help;guardrails;allow'= {
        }
        &'mcpgw;help;audit'= {
            cand tail 'Show what was executed'
            cand report 'Sum up what was executed'
            cand export 'Write what was executed as CSV'
        }
        &'mcpgw;help;audit;tail'= {
        }
        &'mcpgw;help;audit;report'= {
        }
        &'mcpgw;help;audit;export'= {
        }
        &'mcpgw;help;cache'= {
            cand migrate 'Count, remove or embed anew what was kept in another embedding space than the one in force'
        }
        &'mcpgw;help;cache;migrate'= {
        }
        &'mcpgw;help;secrets'= {
            cand status 'Show what the store keeps sealed, by which master key, and what lies in the clear'
            cand rotate 'Have the present master key wrap every data key; what is sealed stays as it is'
            cand migrate 'Seal what lies in the clear, and wipe it from the store'
        }
        &'mcpgw;help;secrets;status'= {
        }
        &'mcpgw;help;secrets;rotate'= {
        }
        &'mcpgw;help;secrets;migrate'= {
        }
        &'mcpgw;help;token'= {
            cand mint 'Sign a token of the tenant named with --tenant; plain output is the token alone'
            cand verify 'Say whom a token speaks for, or what is wrong with it'
        }
        &'mcpgw;help;token;mint'= {
        }
        &'mcpgw;help;token;verify'= {
        }
        &'mcpgw;help;config'= {
            cand show 'Show every key that is set, with its value (secrets masked) and where it came from'
        }
        &'mcpgw;help;config;show'= {
        }
        &'mcpgw;help;doctor'= {
        }
        &'mcpgw;help;connect'= {
        }
        &'mcpgw;help;demo-server'= {
        }
        &'mcpgw;help;warden'= {
        }
        &'mcpgw;help;completions'= {
        }
        &'mcpgw;help;man'= {
        }
        &'mcpgw;help;help'= {
        }
    ]
    $completions[$command]
}
